"""A browser's session: the id of the key that it was opened with, signed.

The secret is not in it. The key is looked up at every request, so that the session
ends with it.
"""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from analytics_project.keys import access
from analytics_project.keys.access import Key

COOKIE = "analytics_session"
LASTS_S = 12 * 3600
_signer = signing.TimestampSigner(salt="analytics_project.session")


def key_of(request: HttpRequest) -> Key | None:
    cookie = request.COOKIES.get(COOKIE)
    if not cookie:
        return None
    try:
        key_id = _signer.unsign(cookie, max_age=LASTS_S)
    except signing.BadSignature:  # or too old
        return None
    return access.by_id(key_id)


def open_with(key: Key, response: HttpResponse) -> None:
    response.set_cookie(
        COOKIE,
        _signer.sign(key.key_id),
        max_age=LASTS_S,
        httponly=True,
        samesite="Strict",
        secure=settings.PRODUCTION,
    )


def close(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Strict")
