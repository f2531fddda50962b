"""Every error over HTTP, rendered as RFC 9457 problem details.

Rooms raise errors of their own; any exception that looks like a `Problem` is told to
the client as it is, database failures as 503, all others as 500 without internals.
"""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Protocol, runtime_checkable

import msgspec
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from psycopg.errors import UndefinedTable
from rest_framework.exceptions import APIException

from analytics_project.logs import about

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER = "1"  # seconds
DATABASE_DOWN = (OperationalError, InterfaceError)
STATUS_OF: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (Http404, HTTPStatus.NOT_FOUND),
    (PermissionDenied, HTTPStatus.FORBIDDEN),
    (RequestDataTooBig, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (SuspiciousOperation, HTTPStatus.BAD_REQUEST),
    (BadRequest, HTTPStatus.BAD_REQUEST),
    (UnreadablePostError, HTTPStatus.BAD_REQUEST),
)
DETAIL_OF = {
    HTTPStatus.BAD_REQUEST: "The request is malformed.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not know the method.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than is accepted.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The service failed; the failure is logged.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database does not answer.",
}
_encode = msgspec.json.Encoder(decimal_format="number").encode


@runtime_checkable
class Problem(Protocol):
    """What an exception carries when a client may be told of it."""

    status: int
    title: str
    detail: str
    extra: Mapping[str, object]  # further members, such as "pointer"


def problem_response(
    status: int,
    *,
    detail: str | None = None,
    title: str | None = None,
    extra: Mapping[str, object] | None = None,
) -> HttpResponse:
    told = {**(extra or {}), **request_id()}
    body = problem_body(status, detail=detail, title=title, extra=told)
    response = HttpResponse(body, content_type=CONTENT_TYPE, status=status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = RETRY_AFTER
    return response


def request_id() -> dict[str, str]:
    ids = about.get()
    return {"requestId": ids["request_id"]} if ids else {}


def problem_body(
    status: int,
    *,
    detail: str | None = None,
    title: str | None = None,
    extra: Mapping[str, object] | None = None,
) -> bytes:
    code = HTTPStatus(status)
    members = {
        "type": "about:blank",
        "title": title or code.phrase,
        "status": status,
        "detail": detail or DETAIL_OF.get(code, code.description),
    }
    return _encode({**members, **(extra or {}), **members})


def render(error: Exception) -> HttpResponse:
    """The answer to any exception of a view; what is nobody's fault is logged."""
    if isinstance(error, Problem):
        return problem_response(
            error.status, detail=error.detail, title=error.title, extra=error.extra
        )
    if isinstance(error, DATABASE_DOWN) or is_table_missing(error):
        logger.warning("database unavailable", extra={"error": str(error)})
        return problem_response(HTTPStatus.SERVICE_UNAVAILABLE)
    for kind, status in STATUS_OF:
        if isinstance(error, kind):
            return problem_response(status)
    logger.error("request failed", exc_info=error)
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR)


def is_table_missing(error: Exception) -> bool:
    """Before the first migration a database is as good as down."""
    return isinstance(error, ProgrammingError) and isinstance(
        error.__cause__, UndefinedTable
    )


def exception_handler(
    error: Exception, _context: Mapping[str, Any]
) -> HttpResponse | None:
    """REST framework's own errors; all others go on to the middleware."""
    if isinstance(error, APIException):
        return problem_response(error.status_code, detail=str(error.detail))
    return None


class ProblemMiddleware:
    """No error page leaves the house but the admin's and the dashboard's own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not is_error_page(response) or is_admin(request) or is_own_page(response):
            return response
        return as_problem(response)

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        return None if is_admin(request) else render(error)


def is_admin(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.app_name == "admin"


def is_own_page(response: HttpResponse) -> bool:
    """Made for people by a room of ours, not by Django for want of a better one."""
    return getattr(response, "is_own_page", False)


def is_error_page(response: HttpResponse) -> bool:
    if response.status_code < HTTPStatus.BAD_REQUEST:
        return False
    return response.get("Content-Type", "text/html").startswith("text/html")


def as_problem(page: HttpResponse) -> HttpResponse:
    """A problem in place of an error page, with the page's `Allow` if it has one."""
    response = problem_response(page.status_code)
    if "Allow" in page:
        response["Allow"] = page["Allow"]
    return response
