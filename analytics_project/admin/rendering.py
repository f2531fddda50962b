"""How values from outside are shown: as text, whatever they contain."""

from datetime import datetime, timedelta

import msgspec
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

MAX_SHOWN = 20_000  # characters of a payload
MAX_LINE = 200  # characters of a cell
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))  # in seconds


def payload(body: bytes) -> SafeString:
    """JSON indented with its numbers untouched, other text as is, the rest in hex."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return block(body.hex(" "))
    try:
        return block(msgspec.json.format(text, indent=2))
    except (msgspec.MsgspecError, RecursionError):
        return block(text)


def block(text: str) -> SafeString:
    """Preformatted, escaped, cut to MAX_SHOWN characters."""
    shown = _visible(text[:MAX_SHOWN])
    left = len(text) - MAX_SHOWN
    if left > 0:
        shown += f"\n[{left:,} more characters]"
    return format_html('<pre class="text">{}</pre>', shown)


def line(text: str) -> str:
    """One line for a list; templates escape it."""
    return _visible(" ".join(text.split())[:MAX_LINE])


def age(moment: datetime) -> str:
    """How long ago, in its largest unit: `12 s`, `3 min`, `2 h`, `5 d`."""
    return duration(timezone.now() - moment)


def duration(value: timedelta) -> str:
    seconds = max(0, int(value.total_seconds()))
    for unit, size in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return "0 s"


def search_link(model: str, term: object) -> SafeString:
    """`term`, linked to the list of `model` (app_model) that is searched for it."""
    address = f"{reverse(f'admin:{model}_changelist')}?{urlencode({'q': str(term)})}"
    return format_html('<a href="{}">{}</a>', address, term)


def _visible(text: str) -> str:
    """Control, bidirectional and zero-width characters as escapes: they could lie."""
    return "".join(
        char if char.isprintable() or char == "\n" else f"\\u{ord(char):04x}"
        for char in text
    )
