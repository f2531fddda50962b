"""Compares every report with the sample's Parquet files, to the cent.

Uses none of the project's code. The system must hold the whole sample and nothing else
(`make demo`). Some orders are cancelled and refunded over HTTP first, unless some are
already; which pieces were taken back, and when, is read from the write database, their
worth is worked out from the files.

    make demo ARGS=--verify
    python -m tests.sample.verify_reports

asks the addresses below, for ten ranges, three zones and both attributions.
DATABASE_URL names the write database. Exit status 1: there are differences.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from typing import get_args
from zoneinfo import ZoneInfo

import psycopg

from tests.sample.api import Api
from tests.sample.clock import ranges
from tests.sample.cohorts import cohorts
from tests.sample.comparing import Comparison
from tests.sample.details import a_category, a_customer, a_product, explain
from tests.sample.expected import Attribution, Expected
from tests.sample.ledger import REVERSED, Reversal, Sample, lines_of
from tests.sample.reports import (
    Asked,
    summary,
    timeseries,
    top_categories,
    top_customers,
    top_products,
)
from tests.sample.reversing import reverse

ZONES = ("UTC", "America/New_York", "Asia/Kathmandu")
REVERSED_ORDERS = 120
REPORTS: dict[str, Callable[[Asked, Comparison], None]] = {
    "summary": summary,
    "timeseries": timeseries,
    "products/top": top_products,
    "categories/top": top_categories,
    "customers/top": top_customers,
    "cohorts": cohorts,
    "products/{id}": a_product,
    "categories/{name}": a_category,
    "customers/{id}": a_customer,
    "explain": explain,
}


def main() -> int:
    options = parse()
    sample = Sample()
    say(f"{sample.sales.num_rows:,} lines of {len(sample.orders):,} orders")
    queries = Api(options.query_url)
    reversals = taken_back(sample, options, queries)
    comparison = Comparison()
    begun = time.monotonic()
    expected = [Expected(sample, reversals, each) for each in get_args(Attribution)]
    for zone in map(ZoneInfo, options.zone or ZONES):
        for asked, of in product(ranges(zone, datetime.now(UTC).date()), expected):
            for report in options.report or REPORTS:
                comparison.begin(report, f"{asked.name}, {of.attribution}")
                REPORTS[report](Asked(asked, of, sample, queries), comparison)
        say(f"{zone.key}: {comparison.count:,} differences so far")
    say(comparison.table())
    say(f"{queries.requests:,} requests, {time.monotonic() - begun:.0f} s")
    return 1 if comparison.count else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--command-url", default="http://127.0.0.1:8080")
    parser.add_argument("--query-url", default="http://127.0.0.1:8081")
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL"))
    parser.add_argument("--reverse", type=int, default=REVERSED_ORDERS, metavar="N")
    parser.add_argument("--zone", action="append", help="instead of the three")
    parser.add_argument("--report", action="append", choices=REPORTS)
    return parser.parse_args()


def taken_back(
    sample: Sample, options: argparse.Namespace, queries: Api
) -> list[Reversal]:
    """Makes them unless there are some. Raises SystemExit for unknown lines."""
    with psycopg.connect(options.database, autocommit=True) as connection:
        if options.reverse and not sample.reversals(connection):
            commands = Api(options.command_url)
            event = reverse(sample, connection, commands, options.reverse)
            queries.get("summary", after=event, wait=10)
        rows = connection.execute(REVERSED).fetchall()
        known = lines_of(sample, {int(row[1]) for row in rows})
        for _, order, sku, quantity, cents, *_ in rows:
            if (int(order), sku, quantity, int(cents)) not in known:
                raise SystemExit(f"order {order}: no line {sku}, {quantity}, {cents}")
        found = sample.reversals(connection)
    kinds = sum(each.is_cancellation for each in found)
    say(f"taken back: {kinds:,} lines cancelled, {len(found) - kinds:,} refunded")
    return found


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
