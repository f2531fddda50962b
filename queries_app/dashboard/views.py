"""The dashboard's addresses: each names the page that is to be made."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from queries_app import trust
from queries_app.dashboard import customer_page, pages, things
from queries_app.dashboard.asked import Asked, asked
from queries_app.dashboard.frame import Page, Shell
from queries_app.dashboard.kinds import CATEGORIES, CUSTOMERS, PRODUCTS
from queries_app.dashboard.rendering import (
    SEEN,
    OwnPage,
    page_response,
    panel_response,
    trouble_fragment,
    trouble_page,
    wants_html,
)
from queries_app.dashboard.selection import zone
from queries_app.dashboard.shell import picker, shell
from queries_app.dashboard.state import mark, state
from queries_app.dashboard.troubles import trouble_of
from queries_app.dashboard.wording import span
from queries_app.parked import Scope
from queries_app.reports.parameters import zone_names
from queries_app.reports.ranges import reading
from queries_app.reports.snapshot import in_snapshot

View = Callable[..., HttpResponse]
KEPT = (
    *("measure", "interval", "cohort", "q", "order", "metric", "by"),
    *("product", "category", "customer"),
)


def page(section: str) -> Callable[[Callable[..., Page]], View]:
    """Makes a view of a function that makes a page: all of it, or `?panel=` of it."""

    def made(make: Callable[..., Page]) -> View:
        @require_safe
        def view(request: HttpRequest, **address: str) -> HttpResponse:
            try:
                return in_snapshot(
                    lambda _queue: answer(request, make, section, address)
                )
            except Exception as error:  # the rim: each becomes an answer
                return failed(request, error, section)

        return view

    return made


def answer(
    request: HttpRequest,
    make: Callable[..., Page],
    section: str,
    address: dict[str, str],
) -> HttpResponse:
    wanted = asked(request, now=datetime.now(UTC))
    made = make(wanted, **address)
    if name := request.GET.get("panel"):
        part = next((each for each in made.parts if each.name == name), None)
        if part is None:
            raise Http404
        return panel_response(part, url=wanted.url, seen=request.headers.get(SEEN))
    return page_response(made, frame(request, wanted, section), url=wanted.url)


def frame(request: HttpRequest, wanted: Asked, section: str) -> Shell:
    other = wanted.comparison.period if wanted.comparison else None
    return shell(
        wanted.chosen,
        section=section,
        theme=request.COOKIES.get("theme", ""),
        state=freshness(wanted.chosen.tz),
        picker=picker(
            wanted.chosen,
            path=wanted.path,
            start=wanted.start,
            end=wanted.end,
            compared=span(*(reading(at, other.zone) for at in other[:2]))
            if other
            else "",
            keep=wanted.keep(*KEPT),
        ),
    )


def freshness(tz: str) -> SafeString:
    known = trust.state()
    told = state(
        as_of=known.as_of,
        lag=known.lag_seconds,
        parked=known.parked(Scope(catalogue=True)),
        mark=mark(),
        zone=zone(tz),
    )
    return render_to_string("dashboard/panels/state.html", {"state": told, "tz": tz})


def failed(request: HttpRequest, error: Exception, section: str) -> HttpResponse:
    trouble = trouble_of(error)
    if name := request.GET.get("panel"):
        known = name if name.isascii() and name.isidentifier() else "main"
        return trouble_fragment(trouble, target=f"#panel-{known}-trouble")
    theme = request.COOKIES.get("theme", "")
    return trouble_page(trouble, shell(None, section=section, theme=theme))


@require_safe
def freshness_view(request: HttpRequest) -> HttpResponse:
    try:
        return OwnPage(freshness(request.GET.get("tz", "UTC")))
    except Exception as error:  # the rim: each becomes an answer
        return trouble_fragment(trouble_of(error), target="#trouble")


@require_safe
def zones(_request: HttpRequest) -> HttpResponse:
    names = sorted(name for name in zone_names() if "/" in name or name == "UTC")
    return OwnPage(render_to_string("dashboard/zones.html", {"zones": names}))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The role's 404: a page for whoever came with a browser, else a problem."""
    if not wants_html(request):
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    return failed(request, exception, section="")


overview = page("overview")(pages.front)
products = page("products")(partial(pages.ranked, kind=PRODUCTS))
categories = page("categories")(partial(pages.ranked, kind=CATEGORIES))
customers = page("customers")(partial(pages.ranked, kind=CUSTOMERS))
product = page("products")(things.product)
category = page("categories")(things.category)
customer = page("customers")(customer_page.customer)
orders = page("orders")(pages.orders)
order = page("orders")(pages.order)
explain = page("overview")(pages.explain)
restatements = page("restatements")(pages.restatements)
