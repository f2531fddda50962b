"""Parked messages on a terminal: in a list, in groups, and one of them whole."""

import json
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from projections_app import dead_letters
from projections_app.models import DeadLetter, DeadLetterAction

TIME = "%Y-%m-%d %H:%M:%S"
FIELDS = (
    "event_type",
    "event_id",
    "fingerprint",
    "reason",
    "attempts",
    "parked_at",
    "settlement",
    "settled_at",
)


def plain(text: str) -> Text:
    """No markup, and no control characters: a terminal would obey them."""
    return Text(
        "".join(
            char if char.isprintable() or char == "\n" else f"\\u{ord(char):04x}"
            for char in text
        )
    )


def listed(letters: QuerySet[DeadLetter], limit: int) -> Table:
    table = _table("id", "parked at (UTC)", "event", "tries", "state", "reason")
    for letter in letters.defer("body", "traceback").order_by("-id")[:limit]:
        table.add_row(
            str(letter.id),
            f"{letter.parked_at:{TIME}}",
            plain(letter.event_type or "?"),
            str(letter.attempts),
            letter.settlement or "parked",
            plain(letter.reason),
        )
    return table


def grouped(letters: QuerySet[DeadLetter]) -> Table:
    table = _table("group", "count", "event", "oldest (UTC)", "newest (UTC)", "cause")
    for group in dead_letters.groups(letters):
        table.add_row(
            group.key,
            f"{group.size:,}",
            plain(group.event_type or "?"),
            f"{group.oldest:{TIME}}",
            f"{group.newest:{TIME}}",
            plain(group.cause),
        )
    return table


def shown(
    letter: DeadLetter, actions: Iterable[DeadLetterAction]
) -> Iterator[RenderableType]:
    table = Table(box=box.SIMPLE, show_header=False)
    for name in FIELDS:
        table.add_row(name.replace("_", " "), plain(str(getattr(letter, name))))
    yield table
    history = _history(actions)
    if history.row_count:
        yield history
    yield plain(letter.traceback)
    yield plain(_readable(bytes(letter.body)))


def _history(actions: Iterable[DeadLetterAction]) -> Table:
    table = _table("at (UTC)", "by", "action", "outcome", "reason")
    for each in actions:
        table.add_row(
            f"{each.at:{TIME}}",
            plain(each.actor),
            each.action,
            each.outcome,
            plain(each.reason),
        )
    return table


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _readable(body: bytes) -> str:
    """Indented JSON if it is JSON, else what the bytes say as text."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body.decode(errors="backslashreplace")
