"""Cohorts: who came back how many months after, and what they brought."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from tests.sample.clock import buckets, is_cut, moment, month_of
from tests.sample.comparing import Comparison
from tests.sample.expected import average, money, rate
from tests.sample.reports import Asked


def cohorts(asked: Asked, found: Comparison) -> None:
    zone = asked.range.zone
    spans = buckets(asked.range, "month")
    rows = asked.api.get("cohorts", **asked.query)["rows"]
    cells = expected_cells(asked)
    found.same("months", len(spans), len(rows))
    for number, ((start, end), row) in enumerate(zip(spans, rows, strict=False)):
        own = cells.get(month_of(start, zone), {})
        size = len(own.get(0, ((), 0))[0])
        expected = {
            "start": moment(start, zone),
            "end": moment(end, zone),
            "partial": is_cut(asked.range, "month", start, end),
            "customers": size,
        }
        found.figures(expected["start"], expected, row)
        sum_ = 0
        found.same("cells", len(spans) - number, len(row["months"]))
        for month, cell in enumerate(row["months"]):
            buyers, cents = own.get(month, (set(), 0))
            sum_ += cents
            cell_expected = {
                "month": month,
                "customers": len(buyers),
                "share": rate(len(buyers), size),
                "netSales": money(sum_),
                "netSalesPerCustomer": average(sum_, size),
            }
            found.figures((expected["start"], month), cell_expected, cell)


def expected_cells(asked: Asked) -> Mapping[int, dict[int, tuple[set[int], int]]]:
    """By month of the first order and months since: who ordered, and net cents.

    What happened outside of the range is left out.
    """
    zone = asked.range.zone
    inside = range(asked.range.start, asked.range.end)
    first = {
        customer: month_of(moments[0], zone)
        for customer, moments in asked.sample.orders_of.items()
        if moments[0] in inside
    }
    cells: dict[int, dict[int, tuple[set[int], int]]] = defaultdict(dict)
    for customer, at, cents, is_order in movements(asked):
        if customer not in first or at not in inside:
            continue
        month = first[customer]
        own = cells[month]
        buyers, sum_ = own.get(month_of(at, zone) - month, (set(), 0))
        if is_order:
            buyers.add(customer)
        own[month_of(at, zone) - month] = (buyers, sum_ + cents)
    return cells


def movements(asked: Asked) -> Iterable[tuple[int, int, int, bool]]:
    """Customer, moment, net cents, and whether it is an order."""
    kinds = [("gross", "sum"), ("discount", "sum")]
    for row in asked.sample.orders_added(kinds):
        yield row["customer"], row["at"], row["gross_sum"] - row["discount_sum"], True
    for each in asked.expected.reversals:
        yield each.customer, asked.expected.moment(each), -each.cents, False
