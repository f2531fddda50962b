"""The operations of the reports."""

from typing import get_args

from analytics_project.openapi.document import Operation, Parameter, Schema
from analytics_project.openapi.questions import question
from queries_app.reports.buckets import MAX_BUCKETS, Interval
from queries_app.reports.parameters import DEFAULT_DAYS, Attribution, Labels
from queries_app.reports.ranges import Mode
from queries_app.reports.summary import Summary
from queries_app.reports.timeseries import Timeseries


def one_of(options: object, **more: str) -> Schema:
    """`options` is a Literal type."""
    return {"type": "string", "enum": list(get_args(options)), **more}


BOUNDARY: Schema = {
    "anyOf": [
        {"type": "string", "format": "date"},
        {"type": "string", "format": "date-time"},
    ]
}
RANGE = (
    Parameter(
        "from",
        "query",
        BOUNDARY,
        f"A local date, or a time with its offset; {DEFAULT_DAYS} days before `to`"
        " by default. On a quarter of an hour.",
    ),
    Parameter(
        "to",
        "query",
        BOUNDARY,
        "Likewise, not included: a date is its midnight. The end of today by default.",
    ),
    Parameter(
        "tz",
        "query",
        {"type": "string"},
        "The zone that days begin in (IANA), STORE_TIMEZONE by default.",
    ),
    Parameter("compare", "query", one_of(Mode), "A range to compare with; none."),
    Parameter(
        "attribution",
        "query",
        one_of(Attribution, default="event_date"),
        "When a reversal counts: when it was made, or when its order was placed.",
    ),
    Parameter(
        "labels",
        "query",
        one_of(Labels, default="as_sold"),
        "Whether names and categories are those of the sale, or those of today.",
    ),
)
INTERVAL = Parameter(
    "interval",
    "query",
    one_of(Interval),
    f"How long a bucket is, of at most {MAX_BUCKETS}; by the length of the range.",
)


def report(
    path: str, name: str, summary: str, answer: type, *own: Parameter
) -> Operation:
    """Its address' own parameters and the report's, beside those of all."""
    return question(path, name, summary, answer, *own, *RANGE)


OPERATIONS = (
    report(
        "/summary",
        "summary",
        "The figures of a range: sales, orders, customers",
        Summary,
    ),
    report(
        "/sales/timeseries",
        "salesTimeseries",
        "Sales in local hours, days, weeks or months, empty ones included",
        Timeseries,
        INTERVAL,
    ),
)
