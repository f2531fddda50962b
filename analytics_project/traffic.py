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

_children: dict[tuple[str, str, int], Histogram] = {}  # to look one up costs more


def observe(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    match = request.resolver_match
    route = f"/{match.route}" if match else unresolved(request)
    method = str(request.method) if request.method in METHODS else "other"
    key = route, method, response.status_code // 100
    child = _children.get(key) or labelled(*key)
    child.observe(seconds)


def unresolved(request: HttpRequest) -> str:
    """Files are served before an address is resolved."""
    is_file = request.path_info.startswith(str(settings.STATIC_URL))
    return STATIC if is_file else UNKNOWN


def labelled(route: str, method: str, status: int) -> Histogram:
    child = ANSWERING.labels(route, method, f"{status}xx")
    return _children.setdefault((route, method, status), child)
