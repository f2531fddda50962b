"""A page of a list: keys ordered by one measure, and all figures of these keys.

The measure alone is summed for all keys; the others, the comparison and the names are
looked up for the page's keys.
"""

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from queries_app.reports.answers import Row, Sales, SalesGrowth, beside, figures
from queries_app.reports.listing import Key, Listing, listing
from queries_app.reports.measures import FIGURES
from queries_app.reports.parts import SUMMED, Scope
from queries_app.reports.question import Question
from queries_app.reports.snapshot import Statement
from queries_app.reports.table import Table
from queries_app.reports.timeseries import total, total_of
from queries_app.reports.values import Values

MEASURES = {
    "gross_sales": "sum(gross)",
    "discounts": "sum(discounts)",
    "sales_reversals": "sum(reversals)",
    "net_sales": "sum(net)",
    "orders": "sum(orders)",
    "cancelled_orders": "sum(cancelled)",
    "units": "sum(units)",
    "units_reversed": "sum(units_reversed)",
    "net_units": "sum(units) - sum(units_reversed)",
    "average_order_value": "round(sum(net) / nullif(sum(orders), 0), 2)",
    "average_order_value_gross": (
        "round((sum(gross) - sum(discounts)) / nullif(sum(orders), 0), 2)"
    ),
}
COUNTED = {
    *("orders", "cancelled_orders"),
    *("average_order_value", "average_order_value_gross"),
}
SALES = tuple(MEASURES)  # in the order of answers.Sales
OF_PAGE = "ANY(ARRAY(SELECT key FROM page))"

RANKED = """
    SELECT key, value FROM (
        SELECT key, {measure} AS value FROM ({ranked}) AS part
        GROUP BY key HAVING sum(touched) <> 0
    ) AS ranked
    WHERE {after} {order} {limit}
"""
# The page of all, unless that of few is proven to be the same: then it costs nothing.
FEW_OR_ALL = """
    SELECT * FROM few WHERE (SELECT enough FROM proof)
     UNION ALL
    SELECT * FROM ({everything}) AS everything WHERE NOT (SELECT enough FROM proof)
"""
PROVEN = """
    few AS MATERIALIZED ({few}),
    proof AS MATERIALIZED (
        SELECT coalesce(count(*) > {limit} AND min(value) >= min(bound), false)
               AS enough
        FROM few CROSS JOIN bound
    ),
"""
PAGE = """
    WITH {first} {proven} page AS MATERIALIZED ({page}), {figures}
    SELECT page.key, {columns}, value
    FROM page {joins}
    {order}
"""
OF_KEYS = """
    {name} AS (
        SELECT key, {figures} FROM (
            SELECT page.key, {summed} FROM page LEFT JOIN ({parts}) AS part USING (key)
            GROUP BY page.key
        ) AS added
    )
"""


class Board(NamedTuple):
    """What is ranked: rows with the columns of parts.py."""

    ranked: str  # of all keys
    now: str  # of at least the page's
    before: str | None  # the same of the other range
    names: tuple[str, ...] = ()  # columns of `labels`
    labels: str = ""  # JOINs to the page's keys
    first: str = ""  # WITH queries that the others use
    few: str | None = None  # of the keys that may be first; see foremost.py


def statement(board: Board, asked: Listing, values: Values) -> Statement:
    """A row: key, names, figures, those of the other range, and what is ordered by.

    One row more than the limit, where there are more.
    """
    told = {"now": board.now} | ({"before": board.before} if board.before else {})
    page = ranked(board.ranked, asked, values)
    proven = ""
    if board.few is not None:
        few = ranked(board.few, asked, values)
        proven = PROVEN.format(few=few, limit=asked.limit)
        page = FEW_OR_ALL.format(everything=page)
    sql = PAGE.format(
        first=board.first,
        proven=proven,
        page=page,
        order=order(asked),
        figures=", ".join(of_keys(name, parts) for name, parts in told.items()),
        columns=", ".join([*board.names, *map(columns, told)]),
        joins=" ".join(f"JOIN {name} USING (key)" for name in told) + board.labels,
    )
    return Statement(sql, values)


def ranked(parts: str, asked: Listing, values: Values) -> str:
    """The page's keys in order, of these rows."""
    return RANKED.format(
        measure=MEASURES[asked.measure],
        ranked=parts,
        after=after(asked, values),
        order=order(asked),
        limit="" if asked.limit is None else f"LIMIT {asked.limit + 1}",
    )


def on_page(scope: Scope, key: str, asked: Listing) -> Scope:
    """Only the page's keys, unless there is a page of all."""
    return scope if asked.limit is None else scope.also(f"{key} = {OF_PAGE}")


def of_keys(name: str, parts: str) -> str:
    return OF_KEYS.format(name=name, figures=FIGURES, summed=SUMMED, parts=parts)


def columns(told: str) -> str:
    prefix = "previous_" if told == "before" else ""
    return ", ".join(f"{told}.{name} AS {prefix}{name}" for name in SALES)


def order(asked: Listing) -> str:
    direction = "DESC" if asked.descending else "ASC"
    return f"ORDER BY value {direction} NULLS LAST, key"


def after(asked: Listing, values: Values) -> str:
    """The rows behind the cursor's; null lies behind all values."""
    if asked.after is None:
        return "true"
    value, last = asked.after
    kind = "bigint" if isinstance(last, int) else "text"
    further = f"key > {values.place(last, kind)}"
    if value is None:
        return f"value IS NULL AND {further}"
    told = values.place(value, "numeric")
    sign = "<" if asked.descending else ">"
    return f"(value {sign} {told} OR value = {told} AND {further} OR value IS NULL)"


# --- the answer -----------------------------------------------------------------------
Told = TypeVar("Told", bound=Sales)


class Page(NamedTuple, Generic[Told]):
    rows: list[Told]
    next: str | None


def page(asked: Listing, found: Sequence[Row], kind: type[Told]) -> Page[Told]:
    """`kind` has the key, the names and the figures as its first fields."""
    told = found[: asked.limit]
    following = None
    if len(found) > len(told):
        following = asked.next(value=told[-1][-1], key=told[-1][0])
    return Page([a_row(row[:-1], kind) for row in told], following)


def a_row(row: Row, kind: type[Told]) -> Told:
    """Its last fields are `previous` and `growth`, unless nothing is compared."""
    width = len(kind.__struct_fields__) - 2
    now = figures(kind, row[:width])
    if len(row) == width:
        return now
    return beside(now, figures(Sales, row[width:]), SalesGrowth)


def everything(question: Question, keys: type[Key] = int) -> Listing:
    """All rows, for a file."""
    return listing(question, measures=MEASURES, keys=keys)._replace(limit=None)


def table(question: Question, row: type[Sales], rows: Statement) -> Table:
    return Table(
        meta=question.meta(question.scope()),
        row=row,
        rows=rows,
        sums=totals(question),
        total=total,
        lookups=False,
    )


def totals(question: Question) -> list[Statement]:
    return [total_of(each, question.attribution) for each in question.periods]
