"""The outermost layer of both roles: whom it answers, and by which way."""

from collections.abc import Callable
from http import HTTPStatus
from time import perf_counter

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from analytics_project import traffic
from analytics_project.gate import refusal
from analytics_project.problems import (
    as_problem,
    is_error_page,
    problem_response,
    render,
)

View = Callable[[HttpRequest], HttpResponse]
API = ("/api/", "/health")
# A page is made of our own files alone: no other host, no inline script or style.
PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def edge(get_response: View) -> View:
    """Machines' requests go straight to their view; other middleware is for pages.

    Sessions, CSRF tokens and static files would cost an order an eighth of its
    processor time (docs/performance.md), and the APIs use none of them.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        if fault := fault_of(request):
            response = problem_response(HTTPStatus.BAD_REQUEST, detail=fault)
        elif request.path_info.startswith(API):
            response = answer(request)
        else:
            response = get_response(request)
            response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        traffic.observe(request, response, perf_counter() - began)
        return framed(response, request)

    return middleware


def answer(request: HttpRequest) -> HttpResponse:
    """A view's, or the problem that it ran into."""
    try:
        if refused := refusal(request):
            return refused
        match = request.resolver_match = resolve(request.path_info)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    except Exception as error:  # the rim: each becomes an answer
        response = render(error)
        forget_the_way(error)
        return response
    return as_problem(response) if is_error_page(response) else response


def forget_the_way(error: BaseException | None) -> None:
    """Else each would be a circle: its frames hold the error, and all of a request."""
    while error:
        error.__traceback__ = None
        error = error.__context__


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
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if request.method == "HEAD":
            response.content = b""
    if allowance := getattr(request, "allowance", None):
        for name, value in allowance.headers().items():
            response[name] = value
    return response
