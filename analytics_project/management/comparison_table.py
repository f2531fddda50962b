"""A table of comparisons: a row for each read table."""

from collections.abc import Iterable

from rich import box
from rich.table import Table

from analytics_project.comparison import Comparison


def comparison_table(comparisons: Iterable[Comparison], *headings: str) -> Table:
    """`headings`: of both numbers of rows, both sums, and the rows that differ."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("table")
    for heading in headings:
        table.add_column(heading, justify="right")
    for each in comparisons:
        table.add_row(
            each.table,
            f"{each.rows:,}",
            f"{each.expected_rows:,}",
            *("" if sum_ is None else f"{sum_:,}" for sum_ in each[3:5]),
            f"{each.differences:,}",
        )
    return table
