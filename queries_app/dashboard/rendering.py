"""From page models to HTML: whole pages, and the panels that are refreshed alone."""

from hashlib import blake2b
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from queries_app.dashboard.frame import Page, Panel, Part, Shell, Trouble

SEEN = "Figures-Seen"  # the digest of what the browser shows
RETRY_S = 3


class OwnPage(HttpResponse):
    """HTML of ours, which stays what it is when it tells of an error."""

    is_own_page = True

    def __init__(self, html: str, *, status: int = HTTPStatus.OK) -> None:
        super().__init__(html, status=status)
        self["Cache-Control"] = "no-store"


def page_response(page: Page, shell: Shell, *, url: str) -> HttpResponse:
    panels = {part.name: panel(part, url=url) for part in page.parts}
    context = {"page": page.head(), "panels": panels, "shell": shell}
    return OwnPage(render_to_string(f"dashboard/{page.template}.html", context))


def panel(part: Part, *, url: str) -> Panel:
    """`url` is the page's; a panel that is lazy is only announced."""
    if part.is_lazy:
        html = render_to_string("dashboard/panels/waiting.html", {"title": part.label})
        return wrapped(part, html, url=url, is_lazy=True)
    return built(part, url=url)


def built(part: Part, *, url: str) -> Panel:
    context = {part.template: part.build()}
    html = render_to_string(f"dashboard/panels/{part.template}.html", context)
    return wrapped(part, html, url=url, is_lazy=False)


def wrapped(part: Part, html: SafeString, *, url: str, is_lazy: bool) -> Panel:
    joint = "&" if "?" in url else "?"
    return Panel(
        name=part.name,
        url=f"{url}{joint}panel={part.name}",
        html=html,
        digest=blake2b(html.encode(), digest_size=9).hexdigest(),
        label=part.label,
        is_lazy=is_lazy,
    )


def panel_response(part: Part, *, url: str, seen: str | None) -> HttpResponse:
    """The panel, or nothing if the browser shows it already: no flash without news."""
    fresh = built(part, url=url)
    if fresh.digest == seen:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return OwnPage(render_to_string("dashboard/panel.html", {"panel": fresh}))


def trouble_fragment(trouble: Trouble, *, target: str) -> HttpResponse:
    """Told beside the figures that are shown; htmx puts it where the headers say."""
    response = OwnPage(
        render_to_string("dashboard/panels/trouble.html", {"trouble": trouble}),
        status=trouble.status,
    )
    response["HX-Retarget"] = target
    response["HX-Reswap"] = "morph:innerHTML"
    return response


def trouble_page(trouble: Trouble, shell: Shell) -> HttpResponse:
    context = {"trouble": trouble, "shell": shell}
    response = OwnPage(
        render_to_string("dashboard/error.html", context), status=trouble.status
    )
    if trouble.is_temporary:
        response["Refresh"] = str(RETRY_S)
        response["Retry-After"] = str(RETRY_S)
    return response


def wants_html(request: HttpRequest) -> bool:
    return "text/html" in request.headers.get("Accept", "")
