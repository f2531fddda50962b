"""The outermost layer of both roles: whom it answers, and how answers are framed."""

from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from analytics_project.problems import problem_response

View = Callable[[HttpRequest], HttpResponse]


def edge(get_response: View) -> View:
    def middleware(request: HttpRequest) -> HttpResponse:
        fault = fault_of(request)
        if fault:
            return framed(
                problem_response(HTTPStatus.BAD_REQUEST, detail=fault), request
            )
        return framed(get_response(request), request)

    return middleware


def fault_of(request: HttpRequest) -> str | None:
    """PostgreSQL knows no text with NUL, and no parameter of ours needs one."""
    if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return "The address contains a NUL character."
    try:
        request.get_host()
    except DisallowedHost:
        return "The Host header names no host of this service."
    return None


def framed(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """With its length, so that it needs no chunks; without content for HEAD."""
    if not response.streaming:
        response.headers.setdefault("Content-Length", str(len(response.content)))
        if request.method == "HEAD":
            response.content = b""
    return response
