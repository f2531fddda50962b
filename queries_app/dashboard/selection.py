"""What a page is asked for, as its address says: range, zone, comparison and more.

A view is shared by its link, so everything chosen stands in the address; what equals
the default is left out of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from django.conf import settings

from queries_app.dashboard.wording import DAY
from queries_app.errors import InvalidParameter

DEFAULT_PRESET = "30d"
CUSTOM = "custom"
PRESETS = {
    "today": "Today",
    "yesterday": "Yesterday",
    "7d": "7 days",
    "30d": "30 days",
    "90d": "90 days",
    "month": "This month",
    "year": "This year",
}
COMPARISONS = {
    "previous_period": "Previous period",
    "previous_year": "Previous year",
    "none": "No comparison",
}
ATTRIBUTIONS = {
    "event_date": "On the day they were made",
    "order_date": "On the day of their order",
}
LABELS = {"as_sold": "As sold", "current": "As of today"}
MAX_DATE = date(9999, 12, 30)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """`start` and `end` are what the reports take as from and to; empty: by default."""

    preset: str
    start: str
    end: str
    tz: str
    compare: str = "previous_period"
    attribution: str = "event_date"
    labels: str = "as_sold"

    def parameters(self, **more: object) -> dict[str, str]:
        """For a report, in this process and over HTTP alike."""
        chosen = {
            "from": self.start,
            "to": self.end,
            "tz": self.tz,
            "attribution": self.attribution,
            "labels": self.labels,
            **more,
        }
        return {
            name: str(value)
            for name, value in chosen.items()
            if value not in (None, "")
        }

    def compared(self, **more: object) -> dict[str, str]:
        """With the comparison, for the reports that know one."""
        compare = None if self.compare == "none" else self.compare
        return self.parameters(compare=compare, **more)

    def given(self, **more: object) -> dict[str, str]:
        """What the address of a page has to say: all that is no default."""
        span = {"range": self.preset}
        if self.preset == CUSTOM:
            span = {"from": self.start, "to": self.end}
        chosen = {
            **span,
            "tz": self.tz,
            "compare": self.compare,
            "attribution": self.attribution,
            "labels": self.labels,
            **more,
        }
        usual = {**DEFAULTS, "tz": store_timezone()}
        return {
            name: str(value)
            for name, value in chosen.items()
            if value not in (None, "") and usual.get(name) != value
        }

    def query(self, **more: object) -> str:
        """`?range=7d&tz=Asia%2FKathmandu`, or nothing."""
        given = self.given(**more)
        return f"?{urlencode(given)}" if given else ""

    def preset_query(self, preset: str, **more: object) -> str:
        return replace(self, preset=preset).query(**more)

    def between(self, start: str, end: str) -> "Selection":
        return replace(self, preset=CUSTOM, start=start, end=end)


DEFAULTS = {
    "range": DEFAULT_PRESET,
    "compare": "previous_period",
    "attribution": "event_date",
    "labels": "as_sold",
}


def store_timezone() -> str:
    return str(settings.STORE_TIMEZONE)


def selection(query: Mapping[str, str], *, now: datetime) -> Selection:
    """The reports check ranges and zones; here only what they never see is checked."""
    tz = query.get("tz", "").strip() or store_timezone()
    preset = query.get("range", DEFAULT_PRESET)
    start, end = query.get("from", ""), query.get("to", "")
    if through := query.get("through", ""):  # the picker's last day, included
        end = (last_day(through) + DAY).isoformat()
    if start or end:
        preset = CUSTOM
    else:
        first, after = preset_days(preset, today(tz, now))
        start, end = first.isoformat(), after.isoformat()
    return Selection(
        preset=preset,
        start=start,
        end=end,
        tz=tz,
        compare=one_of("compare", query, COMPARISONS),
        attribution=one_of("attribution", query, ATTRIBUTIONS),
        labels=one_of("labels", query, LABELS),
    )


def zone(tz: str) -> ZoneInfo:
    try:
        return ZoneInfo(tz)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidParameter("tz", "is no time zone of the IANA list.") from error


def today(tz: str, now: datetime) -> date:
    return now.astimezone(zone(tz)).date()


def preset_days(preset: str, day: date) -> tuple[date, date]:
    """The first day, and the day after the last."""
    after = day + DAY
    starts = {
        "today": day,
        "yesterday": day - DAY,
        "7d": after - timedelta(days=7),
        "30d": after - timedelta(days=30),
        "90d": after - timedelta(days=90),
        "month": day.replace(day=1),
        "year": day.replace(month=1, day=1),
    }
    if preset not in starts:
        raise InvalidParameter("range", f"is one of {', '.join(PRESETS)}.")
    return starts[preset], day if preset == "yesterday" else after


def last_day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidParameter("through", "must be a date.") from error
    return min(found, MAX_DATE)


def one_of(name: str, query: Mapping[str, str], known: Mapping[str, str]) -> str:
    value = query.get(name) or DEFAULTS[name]
    if value not in known:
        raise InvalidParameter(name, f"is one of {', '.join(known)}.")
    return value


def segment(name: str) -> str:
    """A name as part of a path: a slash and a dot segment stay what they are."""
    return quote(name, safe="/")
