"""Every request has an id, which its answer, its problems and its log lines tell."""

import logging
import os
import re
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from analytics_project.logs import about
from messaging.tracing import kept

View = Callable[[HttpRequest], HttpResponse]
HEADER = "X-Request-Id"
SANE = re.compile(r"[A-Za-z0-9._-]{1,100}")  # no room for an address or a text

work = logging.getLogger("work.request")


def identified(get_response: View) -> View:
    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        ids = ids_of(request)
        about.set(ids)  # until the next one: a stream is sent after this
        response = get_response(request)
        response.headers[HEADER] = ids["request_id"]
        if work.isEnabledFor(logging.INFO):
            tell(request, response, time.perf_counter() - began)
        return response

    return middleware


def ids_of(request: HttpRequest) -> dict[str, str]:
    sent = request.META.get("HTTP_X_REQUEST_ID", "")
    ids = {"request_id": sent if SANE.fullmatch(sent) else os.urandom(8).hex()}
    if trace := kept(request.META.get("HTTP_TRACEPARENT")):
        ids["trace_id"] = trace.split("-")[1]
    return ids


def tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """The route, not the address: that names customers."""
    match = request.resolver_match
    told: dict[str, object] = {
        "method": request.method,
        "route": match.route if match else None,
        "status": response.status_code,
        "ms": round(seconds * 1000, 2),
    }
    if event_id := response.headers.get("Event-Id"):
        told["event_ids"] = [event_id]
    work.info("answered", extra=told)
