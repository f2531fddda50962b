"""The pages of a product and of a category: figures, sales over time, what belongs."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any

from queries_app.dashboard.asked import Asked
from queries_app.dashboard.asking import answer
from queries_app.dashboard.frame import Fact, Head, Page, Part
from queries_app.dashboard.kinds import PRODUCTS
from queries_app.dashboard.models import Cell, Column, Empty, Link, Listing, Top
from queries_app.dashboard.overview import chart_of, figures_of_total
from queries_app.dashboard.selection import segment
from queries_app.dashboard.tops import ranked, sparks
from queries_app.dashboard.wording import day, rate
from queries_app.errors import NotSold
from queries_app.reports.category import category_report
from queries_app.reports.product import product_report

MORE = ("orders", "average_order_value", "units", "units_reversed", "cancelled_orders")
NAMES = (
    Column(label="Name"),
    Column(label="Category"),
    Column(label="SKU"),
    Column(label="First sold"),
    Column(label="Last sold"),
)
NEVER = Empty("Never sold", "No sale has it on a line.")


def product(asked: Asked, product_id: str) -> Page:
    address = f"products/{product_id}"
    question = asked.question(address, interval=interval(asked))
    found = cache(partial(answer, product_report, question, product_id=product_id))
    return Page(
        template="thing",
        head=lambda: product_head(asked, found(), product_id),
        parts=(
            *of_thing(asked, found, question.interval, address, product=product_id),
            Part(
                name="names",
                template="list",
                label="Sold under",
                build=lambda: names(asked, found()),
            ),
        ),
    )


def category(asked: Asked, category: str) -> Page:
    address = f"categories/{segment(category)}/report"
    question = asked.question(address, interval=interval(asked))
    found = cache(partial(answer, category_report, question, category=category))
    return Page(
        template="thing",
        head=lambda: category_head(asked, found()),
        parts=(
            *of_thing(asked, found, question.interval, address, category=category),
            Part(
                name="products",
                template="top",
                label="Best products",
                build=lambda: best(asked, found()),
            ),
        ),
    )


def interval(asked: Asked) -> str | None:
    return asked.query.get("interval") or None


def of_thing(
    asked: Asked,
    found: Callable[[], Any],
    interval: str,
    address: str,
    **about: str,
) -> tuple[Part, Part]:
    return (
        Part(
            name="figures",
            template="figures",
            label="Figures of the range",
            build=lambda: figures_of_total(
                asked, found().total, more=MORE, report=address, **about
            ),
        ),
        Part(
            name="chart",
            template="chart",
            label="Over time",
            build=lambda: chart_of(
                asked, found().data, interval=interval, report=address, **about
            ),
        ),
    )


# --- a product ------------------------------------------------------------------------
def product_head(asked: Asked, found: Any, product_id: str) -> Head:
    under = found.sold_under
    if not under and found.name is None:
        raise NotSold(f"Product {product_id} is not known here.")
    name = found.name or (under[0].name if under else f"Product {product_id}")
    category = found.category or (under[0].category if under else None)
    return Head(
        title=name,
        parent=Link("Products", asked.page("products")),
        facts=(
            Fact("Product", product_id),
            Fact("SKU", found.sku or "none"),
            Fact("Share of its category", rate(found.share_of_category)),
        ),
        links=(
            *([Link(category, asked.page("category", category))] if category else []),
            Link("Its orders", asked.page("orders", product=product_id)),
        ),
    )


def names(asked: Asked, found: Any) -> Listing:
    return Listing(
        title="Sold under",
        caption="Names, categories and SKUs that it was sold under in this range",
        columns=NAMES,
        rows=tuple(
            (
                Cell(text=under.name),
                Cell(text=under.category),
                Cell(text=under.sku or "none"),
                Cell(text=date_of(asked, under.first_sold_at)),
                Cell(text=date_of(asked, under.last_sold_at)),
            )
            for under in found.sold_under
        ),
        empty=NEVER,
    )


def date_of(asked: Asked, instant: str) -> str:
    return day(datetime.fromisoformat(instant).astimezone(asked.period.zone))


# --- a category -----------------------------------------------------------------------
def category_head(asked: Asked, found: Any) -> Head:
    return Head(
        title=found.category,
        parent=Link("Categories", asked.page("categories")),
        facts=(Fact("Share of all sales", rate(found.share_of_all)),),
        links=(Link("Its orders", asked.page("orders", category=found.category)),),
    )


def best(asked: Asked, found: Any) -> Top:
    rows = found.products
    highest = max((row.net_sales for row in rows), default=Decimal())
    lines = sparks(PRODUCTS, [PRODUCTS.key(row) for row in rows], asked)
    return Top(
        title="Best products",
        rows=tuple(ranked(asked, PRODUCTS, row, highest, lines) for row in rows),
        exports=(),
        empty=Empty("No products", "Nothing was sold in this range."),
    )
