"""Who may come in: an API key in the Authorization header, or a session made of one.

The answers are those of RFC 6750: 401 for who is not known, 403 for who may not; and
429 for who asks too much.
"""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from analytics_project import session
from analytics_project.keys import access, rates, uses
from analytics_project.keys.access import Key
from analytics_project.keys.rates import Limit
from analytics_project.problems import problem_response

# Probes have no key, and what an API is like is no secret.
OPEN = {"/health", "/health/ready", "/api/openapi.json", "/api/docs"}
SCHEME = "bearer "
CHALLENGE = 'Bearer realm="commerce-analytics"'


def refusal(request: HttpRequest) -> HttpResponse | None:
    """None for who may come in. Raises what the database raises."""
    if not settings.API_KEYS_REQUIRED or request.path_info in OPEN:
        return None
    sent = request.META.get("HTTP_AUTHORIZATION")
    key = key_of(request, sent)
    if key is None:
        return unknown(sent)
    if scope() not in key.opens:
        return forbidden()
    uses.note(key.key_id)
    return limited(request, key.key_id, key.limit) if key.limit else None


def limited(request: HttpRequest, key_id: str, limit: Limit) -> HttpResponse | None:
    allowance = rates.take(key_id, limit)
    request.allowance = allowance  # type: ignore[attr-defined]  # edge.py tells of it
    if allowance.passed:
        return None
    per_minute, burst = limit
    detail = f"The API key may make {per_minute} requests a minute, {burst} at once."
    return problem_response(HTTPStatus.TOO_MANY_REQUESTS, detail=detail)


def key_of(request: HttpRequest, sent: str | None) -> Key | None:
    """The session counts where nothing can be changed: other sites could use it."""
    if sent is not None:
        is_bearer = sent[: len(SCHEME)].lower() == SCHEME
        return access.key_of(sent[len(SCHEME) :].strip()) if is_bearer else None
    return session.key_of(request) if scope() == "queries" else None


def scope() -> str:
    """What is asked for here; a process that serves no role serves commands."""
    return "queries" if settings.ROLE == "queries" else "commands"


def unknown(sent: str | None) -> HttpResponse:
    if sent is None:
        detail = "An API key is needed: send it as `Authorization: Bearer KEY`."
        return problem(HTTPStatus.UNAUTHORIZED, detail, CHALLENGE)
    detail = "The API key is not valid: unknown, expired or revoked."
    challenge = f'{CHALLENGE}, error="invalid_token"'
    return problem(HTTPStatus.UNAUTHORIZED, detail, challenge)


def forbidden() -> HttpResponse:
    name = scope()
    detail = f"The API key does not have the scope `{name}`."
    challenge = f'{CHALLENGE}, error="insufficient_scope", scope="{name}"'
    return problem(HTTPStatus.FORBIDDEN, detail, challenge)


def problem(status: int, detail: str, challenge: str) -> HttpResponse:
    response = problem_response(status, detail=detail)
    response["WWW-Authenticate"] = challenge
    return response
