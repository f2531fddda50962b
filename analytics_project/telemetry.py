"""Spans for OpenTelemetry: of requests, and of what relay and consumer did to events.

The one module that knows its packages, imported where TRACING is set. Whither, how much
and under which name is said to the SDK itself: OTEL_EXPORTER_OTLP_ENDPOINT and so on.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import cache
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from messaging import tracing
from messaging.tracing import Done

try:
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import (
        Link,
        Span,
        SpanKind,
        StatusCode,
        TraceFlags,
        Tracer,
        get_current_span,
    )
    from opentelemetry.trace.propagation.tracecontext import (
        TraceContextTextMapPropagator,
    )
except ImportError as error:
    sys.exit(f"TRACING needs requirements-tracing.txt: {error}")

View = Callable[[HttpRequest], HttpResponse]
HEALTH = "/health"  # probes would be most of what is told
KINDS = {"publish": SpanKind.PRODUCER, "apply": SpanKind.CONSUMER}
OPERATIONS = {"publish": "send", "apply": "process"}  # as the conventions call them
_propagator = TraceContextTextMapPropagator()
_once = threading.Lock()


def switch_on() -> None:
    tracing.record_with(record)


def tracer() -> Tracer:
    """Made by the first span: a server's processes are forked before that."""
    with _once:
        return _tracer()


@cache
def _tracer() -> Tracer:
    # A batch links to each of its events; the SDK's own limit is 128.
    limits = SpanLimits(max_links=SpanLimits.UNSET)
    provider = TracerProvider(resource=resource(), span_limits=limits)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("commerce-analytics")


def resource() -> Resource:
    found = Resource.create()
    if str(found.attributes[SERVICE_NAME]).startswith("unknown_service"):
        return found.merge(Resource({SERVICE_NAME: f"commerce-{settings.PROCESS}"}))
    return found


def traced(get_response: View) -> View:
    """A span a request; what stands behind sees it as if the client had sent it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(HEALTH):
            return get_response(request)
        headers = request.META
        parent = context_of(
            headers.pop("HTTP_TRACEPARENT", None), headers.pop("HTTP_TRACESTATE", None)
        )
        method = str(request.method)
        with tracer().start_as_current_span(
            method, parent, SpanKind.SERVER, {"http.request.method": method}
        ) as span:
            sent: dict[str, str] = {}
            _propagator.inject(sent)
            headers.update((f"HTTP_{name.upper()}", sent[name]) for name in sent)
            response = get_response(request)
            describe(span, request, response)
        return response

    return middleware


def describe(span: Span, request: HttpRequest, response: HttpResponse) -> None:
    """The route, not the address: that names customers."""
    span.set_attribute("http.response.status_code", response.status_code)
    if match := request.resolver_match:
        span.update_name(f"{request.method} /{match.route}")
        span.set_attribute("http.route", f"/{match.route}")
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        span.set_status(StatusCode.ERROR)


def record(operation: str, began: int, events: Iterable[Done]) -> None:
    """A span for each sampled event, in its trace; the batch's own links to all."""
    made = {event: parent_of(event) for event in events if is_sampled(event)}
    if not made:
        return
    kind, ended = KINDS[operation], time.time_ns()
    links = [Link(get_current_span(each).get_span_context()) for each in made.values()]
    about: dict[str, str | int] = {
        "messaging.system": "rabbitmq",
        "messaging.operation.type": OPERATIONS[operation],
        "messaging.batch.message_count": len(made),
    }
    batch = tracer().start_span(
        f"{operation} batch", Context(), kind, about, links, began
    )
    batch.end(ended)
    link = Link(batch.get_span_context())
    for event, parent in made.items():
        about = {
            "cloudevents.event_id": str(event.id),
            "cloudevents.event_type": event.type,
        }
        name = f"{operation} {event.type}"
        tracer().start_span(name, parent, kind, about, [link], began).end(ended)


def is_sampled(event: Done) -> bool:
    """Whoever began the trace decided that: the last bit of `traceparent`."""
    traceparent = tracing.kept(tracing.told(event.trace)[0])
    return bool(traceparent and int(traceparent[-2:], 16) & TraceFlags.SAMPLED)


def parent_of(event: Done) -> Context:
    return context_of(*tracing.told(event.trace))


def context_of(traceparent: str | None, tracestate: str | None) -> Context:
    """Empty for what is missing or malformed."""
    sent = {"traceparent": traceparent or "", "tracestate": tracestate or ""}
    return _propagator.extract(sent, Context())
