"""All products, categories or customers, in any order, page by page."""

from typing import Any

from queries_app.dashboard.asked import Asked
from queries_app.dashboard.asking import answer
from queries_app.dashboard.figures import MEASURES
from queries_app.dashboard.kinds import Kind
from queries_app.dashboard.models import Cell, Column, Empty, Link, Listing, Search
from queries_app.dashboard.tops import growth_of
from queries_app.dashboard.wording import figure

DEFAULT_ORDER = "-net_sales"
SHOWN = (
    "net_sales",
    "gross_sales",
    "discounts",
    "sales_reversals",
    "orders",
    "units",
    "average_order_value",
)


def listing(asked: Asked, kind: Kind) -> Listing:
    given = asked.keep("order", "cursor", *(("q",) if kind.search else ()))
    found = answer(kind.report, asked.question(kind.address, **given))
    return Listing(
        caption=f"{kind.title} by {ordered_by(asked)}",
        columns=columns(asked, kind),
        rows=tuple(row_of(asked, kind, row) for row in found.rows),
        empty=empty(asked, kind),
        search=search(asked, kind),
        exports=asked.exports(
            kind.address, **asked.keep("order", *(("q",) if kind.search else ()))
        ),
        first=asked.here("order", "q") if "cursor" in given else "",
        next=asked.here("order", "q", cursor=found.next) if found.next else "",
    )


def ordered_by(asked: Asked) -> str:
    key = order(asked).removeprefix("-")
    return MEASURES[key].label.lower() if key in MEASURES else key


def order(asked: Asked) -> str:
    return asked.query.get("order") or DEFAULT_ORDER


def columns(asked: Asked, kind: Kind) -> tuple[Column, ...]:
    return (
        Column(label=kind.title),
        *(measured(asked, key) for key in SHOWN),
    )


def measured(asked: Asked, key: str) -> Column:
    """A second click turns the order round."""
    current = order(asked)
    following = key if current == f"-{key}" else f"-{key}"
    sorted_ = {f"-{key}": "descending", key: "ascending"}.get(current, "")
    kept = None if following == DEFAULT_ORDER else following
    return Column(
        label=MEASURES[key].label,
        href=asked.here("q", order=kept),
        is_number=True,
        sorted=sorted_,
    )


def row_of(asked: Asked, kind: Kind, row: Any) -> tuple[Cell, ...]:
    key = kind.key(row)
    name = Cell(
        text=kind.name(row),
        href=asked.page(kind.page, key),
        detail=kind.detail(row),
    )
    return (name, *(cell(asked, kind, row, measure, key) for measure in SHOWN))


def cell(asked: Asked, kind: Kind, row: Any, measure: str, key: str) -> Cell:
    return Cell(
        text=figure(getattr(row, measure), kind=MEASURES[measure].kind),
        href=asked.behind(measure, {kind.about: key}),
        is_number=True,
        change=growth_of(row, measure) if measure in ("net_sales", "orders") else None,
    )


def search(asked: Asked, kind: Kind) -> Search | None:
    if not kind.search:
        return None
    kept = {**asked.chosen.given(), **asked.keep("order")}
    return Search(kind.search, asked.query.get("q", ""), tuple(kept.items()))


def empty(asked: Asked, kind: Kind) -> Empty:
    if asked.query.get("q"):
        back = Link("Show all", asked.here("order"))
        return Empty("Nothing is called that", "No name or SKU has it in it.", back)
    return Empty(f"No {kind.section}", "Nothing was sold in this range.")
