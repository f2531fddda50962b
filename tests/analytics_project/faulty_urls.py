"""Views that fail in every way that a view can."""

from collections.abc import Callable
from typing import Any, NoReturn

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.views import APIView

from commands_app.errors import OutOfStock

SECRET = "not for clients"


def failing(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(_request: HttpRequest) -> NoReturn:
        raise error

    return view


class Framework(APIView):
    def get(self, _request: Request, error: Exception) -> NoReturn:
        raise error


@csrf_exempt
def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body, content_type="application/octet-stream")


@require_GET
def missing_table(_request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM there_is_no_such_table")
    return HttpResponse()


def framework(name: str, error: Exception) -> Any:
    return path(name, Framework.as_view(), {"error": error})


urlpatterns = [
    path("rejected", failing(OutOfStock(pointer="/items/0", available=1))),
    path("missing", failing(Http404(SECRET))),
    path("forbidden", failing(PermissionDenied(SECRET))),
    path("suspicious", failing(SuspiciousOperation(SECRET))),
    path("bad", failing(BadRequest(SECRET))),
    path("database-down", failing(OperationalError(SECRET))),
    path("connection-lost", failing(InterfaceError(SECRET))),
    path("bug", failing(KeyError(SECRET))),
    path("table", missing_table),
    path("echo", echo),
    framework("framework/parse", ParseError("Not JSON.")),
    framework("framework/rejected", OutOfStock()),
    framework("framework/bug", KeyError(SECRET)),
    path("admin/bug", failing(KeyError(SECRET))),
    path("site/", include(([path("bug", failing(KeyError(SECRET)))], "admin"))),
]
