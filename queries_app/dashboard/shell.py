"""What is around every page: its navigation, the range picker, the theme."""

from collections.abc import Mapping
from datetime import date, datetime

from django.urls import reverse
from django.utils.safestring import SafeString

from queries_app.dashboard.frame import Choice, Option, Picker, Shell
from queries_app.dashboard.models import Link
from queries_app.dashboard.selection import (
    ATTRIBUTIONS,
    COMPARISONS,
    LABELS,
    PRESETS,
    Selection,
)
from queries_app.dashboard.wording import DAY, is_midnight, span

SECTIONS = {
    "overview": "Overview",
    "products": "Products",
    "categories": "Categories",
    "customers": "Customers",
    "orders": "Orders",
    "restatements": "Changes",
}
THEMES = ("light", "dark")
CHOICES = (
    ("compare", "Compare with", COMPARISONS),
    ("attribution", "Cancellations and refunds count", ATTRIBUTIONS),
    ("labels", "Names of products and categories", LABELS),
)


def shell(
    chosen: Selection | None,
    *,
    section: str = "",
    theme: str = "",
    state: SafeString | None = None,
    picker: Picker | None = None,
) -> Shell:
    query = "" if chosen is None else chosen.query()
    return Shell(
        theme=theme if theme in THEMES else "",
        links=tuple(
            Link(label, reverse(f"dashboard:{name}") + query, name == section)
            for name, label in SECTIONS.items()
        ),
        picker=picker,
        state=state,
        by_order_date=chosen is not None and chosen.attribution == "order_date",
    )


def picker(
    chosen: Selection,
    *,
    path: str,
    start: datetime,
    end: datetime,
    compared: str = "",
    keep: Mapping[str, str],
) -> Picker:
    """`start` and `end` are local; `keep` is what else the address says."""
    return Picker(
        presets=tuple(
            Link(
                label,
                path + chosen.preset_query(preset, **keep),
                preset == chosen.preset,
            )
            for preset, label in PRESETS.items()
        ),
        range=span(start, end),
        first=start.date().isoformat(),
        last=last_day(end).isoformat(),
        tz=chosen.tz,
        choices=tuple(choice(*parts, chosen=chosen) for parts in CHOICES),
        compared=compared,
        keep=tuple(keep.items()),
    )


def last_day(end: datetime) -> date:
    """The day that holds the last moment before `end`."""
    return end.date() - DAY if is_midnight(end) else end.date()


def choice(
    name: str, label: str, known: Mapping[str, str], *, chosen: Selection
) -> Choice:
    current = getattr(chosen, name)
    return Choice(
        name,
        label,
        tuple(Option(value, text, value == current) for value, text in known.items()),
    )
