"""Serves a role's OpenAPI document, and Swagger UI to read it with."""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from analytics_project.edge import PAGE_POLICY


@cache
def encoded(api: Callable[[], dict[str, Any]]) -> bytes:
    return msgspec.json.encode(api())


@require_safe
def schema(_request: HttpRequest, *, api: Callable[[], dict[str, Any]]) -> HttpResponse:
    return HttpResponse(encoded(api), content_type="application/json")


@require_safe
def docs(_request: HttpRequest) -> HttpResponse:
    # Without the request, and so without context processors: they need the admin.
    page = HttpResponse(render_to_string("analytics_project/api_docs.html"))
    page["Content-Security-Policy"] = PAGE_POLICY
    return page
