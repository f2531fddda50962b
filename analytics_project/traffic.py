"""How long each address took to answer, by its route: never by what was in it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

from messaging.metrics import SECONDS

ANSWERING = Histogram(
    "analytics_http_request_seconds",
    "From a request to the first byte of its answer.",
    ["route", "method", "status"],
    buckets=SECONDS,
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
UNKNOWN = "unknown"  # no address of ours, or nobody who may ask for one
STATIC = "static"
OTHER = "other"

_children: dict[tuple[str, str, int], Histogram] = {}  # to look one up costs more


def observe(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    match, method = request.resolver_match, str(request.method)
    if method not in METHODS:
        method = OTHER
    key = match.route if match else unresolved(request), method, response.status_code
    (_children.get(key) or labelled(*key)).observe(seconds)


def unresolved(request: HttpRequest) -> str:
    """Files are served before an address is resolved."""
    is_file = request.path_info.startswith(str(settings.STATIC_URL))
    return STATIC if is_file else UNKNOWN


def labelled(route: str, method: str, status: int) -> Histogram:
    shown = route if route in (STATIC, UNKNOWN) else f"/{route}"
    child = ANSWERING.labels(shown, method, f"{status // 100}xx")
    return _children.setdefault((route, method, status), child)
