"""The operations of the reports."""

from typing import get_args

from analytics_project.openapi.document import Operation, Parameter, Schema
from analytics_project.openapi.questions import ID, question
from queries_app.reports.buckets import MAX_BUCKETS, Interval
from queries_app.reports.contributions import METRICS
from queries_app.reports.explain import IDS, Explanation
from queries_app.reports.export import TYPES, Format
from queries_app.reports.listing import DEFAULT_LIMIT, MOST_ROWS
from queries_app.reports.parameters import DEFAULT_DAYS, Attribution, Labels
from queries_app.reports.ranges import Mode
from queries_app.reports.restatements import RestatedDays, Restatements
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


FORMAT = Parameter(
    "format",
    "query",
    one_of(Format, default="json"),
    "All rows as a file; a list's `limit` and `cursor` are then refused.",
)
PAGES = (
    Parameter(
        "limit",
        "query",
        {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_ROWS,
            "default": DEFAULT_LIMIT,
        },
        "How many rows.",
    ),
    Parameter("cursor", "query", {"type": "string"}, "`next` of the page before."),
)


def report(
    path: str, name: str, summary: str, answer: type, *own: Parameter
) -> Operation:
    """Its address' own parameters and the report's, beside those of all."""
    asked = question(path, name, summary, answer, *own, *RANGE, FORMAT)
    return asked._replace(files=[each.partition(";")[0] for each in TYPES.values()])


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
    report(
        "/explain",
        "explain",
        "The ledger lines that a figure adds up from, newest first",
        Explanation,
        Parameter(
            "metric", "query", {"type": "string", "enum": [*METRICS]}, "The figure."
        ),
        *(Parameter(name, "query", ID, f"Only of this {name}.") for name in IDS),
        Parameter("category", "query", {"type": "string"}, "Only of this category."),
        *PAGES,
    ),
    report(
        "/restatements",
        "restatements",
        "What changed the net sales of days after they had ended, newest first",
        Restatements,
        *PAGES,
    ),
    report(
        "/restatements/days",
        "restatedDays",
        "The same, added up by the day that changed",
        RestatedDays,
        *PAGES,
    ),
)
