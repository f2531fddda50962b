"""A tiny OpenTelemetry collector: takes spans over OTLP/HTTP and keeps them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class Span(NamedTuple):
    service: str
    name: str
    trace: str
    id: str
    parent: str
    state: str
    links: list[tuple[str, str]]  # trace and span
    about: dict[str, str]
    nanoseconds: int


class Collector:
    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.url = ""

    def take(self, body: bytes) -> None:
        for told in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = attributes(told.resource)["service.name"]
            for scope in told.scope_spans:
                self.spans += [span_of(service, span) for span in scope.spans]

    def named(self, name: str, trace: str | None = None) -> list[Span]:
        found = [span for span in self.spans if span.name == name]
        return [span for span in found if trace in (None, span.trace)]


def span_of(service: str, span: Any) -> Span:
    return Span(
        service,
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.trace_state,
        [(link.trace_id.hex(), link.span_id.hex()) for link in span.links],
        attributes(span),
        span.end_time_unix_nano - span.start_time_unix_nano,
    )


def attributes(of: Any) -> dict[str, str]:
    return {
        each.key: each.value.string_value or str(each.value.int_value)
        for each in of.attributes
    }


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
