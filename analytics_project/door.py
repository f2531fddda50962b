"""The query role's pages: who is not known there is led to the sign-in page."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from analytics_project import gate
from queries_app.dashboard.rendering import wants_html
from queries_app.dashboard.views import failed

View = Callable[[HttpRequest], HttpResponse]
SIGN_IN = "sign-in"


def door(get_response: View) -> View:
    """Stands behind static files, which the sign-in page needs."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info == reverse(SIGN_IN):
            return get_response(request)
        try:
            refusal = gate.refusal(request)
        except Exception as error:  # the rim: each becomes an answer
            return failed(request, error, section="")
        return led(request, refusal) if refusal else get_response(request)

    return middleware


def led(request: HttpRequest, refusal: HttpResponse) -> HttpResponse:
    """A browser to the page; its script, which asks for a part of one, too."""
    if refusal.status_code != HTTPStatus.UNAUTHORIZED:
        return refusal
    if "HX-Request" in request.headers:
        shown = urlsplit(request.headers.get("HX-Current-URL", "/"))
        there = f"{shown.path}?{shown.query}" if shown.query else shown.path
        refusal["HX-Redirect"] = address(there)
        return refusal
    if "Authorization" in request.headers or not wants_html(request):
        return refusal
    return HttpResponseRedirect(address(request.get_full_path()), status=303)


def address(wanted: str) -> str:
    return f"{reverse(SIGN_IN)}?{urlencode({'next': wanted})}"
