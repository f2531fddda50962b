"""The sign-in page of the dashboard: an API key opens a session, a click ends it."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from analytics_project import gate, session
from analytics_project.keys import access
from queries_app.dashboard.rendering import OwnPage

HOME = "/"
NOT_VALID = "This key is not valid: unknown, expired or revoked."
MAY_NOT = "This key may not read the figures: it does not have the scope queries."


@csrf_exempt  # no cookie gives a right to anything here; `is_ours` is for the form
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if not settings.API_KEYS_REQUIRED:
        return there(HOME)
    if request.method != "POST":
        return page(request)
    if not is_ours(request):
        return page(request, HTTPStatus.FORBIDDEN, "Please send the form again.")
    if "leave" in request.POST:
        response = there(request.path)
        session.close(response)
        return response
    return entered(request)


def entered(request: HttpRequest) -> HttpResponse:
    key = access.key_of(request.POST.get("key", "").strip())
    if key is None:
        response = page(request, HTTPStatus.UNAUTHORIZED, NOT_VALID)
        response["WWW-Authenticate"] = gate.CHALLENGE
        return response
    if "queries" not in key.opens:
        return page(request, HTTPStatus.FORBIDDEN, MAY_NOT)
    response = there(wanted(request))
    session.open_with(key, response)
    return response


def is_ours(request: HttpRequest) -> bool:
    """No other site signs a browser in or out; older browsers do not tell."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def wanted(request: HttpRequest) -> str:
    """An address of this house: any other would make us send people astray."""
    address = request.GET.get("next", HOME)
    return address if url_has_allowed_host_and_scheme(address, None) else HOME


def there(address: str) -> HttpResponse:
    return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)


def page(
    request: HttpRequest, status: int = HTTPStatus.OK, fault: str = ""
) -> HttpResponse:
    context = {"fault": fault, "key": session.key_of(request)}
    return OwnPage(
        render_to_string("analytics_project/sign_in.html", context), status=status
    )
