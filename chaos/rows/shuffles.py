"""What comes too often, and in any order."""

import json
from collections.abc import Sequence
from typing import LiteralString

from chaos import recorded, wire
from chaos.context import Chaos
from chaos.row import Result

FIGURE = "50,000 events, each 1 to 10 times, shuffled, reversals first: same bytes"
MOST_TIMES = 10
REVERSALS = ("OrderCancelled", "OrderRefunded")
# Everything that the read side tells, without when it was written.
TABLES: dict[str, LiteralString] = {
    "sales_ledger": "SELECT event_id, line_no, kind, order_id, customer_id, product_id,"
    " sku, product_name, category, quantity, gross, discount, amount, occurred_at,"
    " order_placed_at FROM sales_ledger ORDER BY event_id, line_no",
    "product_sales_view": "SELECT * FROM product_sales_view ORDER BY product_id",
    "category_metrics_view": "SELECT * FROM category_metrics_view ORDER BY"
    " category_name",
    "customer_ltv_view": "SELECT * FROM customer_ltv_view ORDER BY customer_id",
    "hourly_sales_view": "SELECT * FROM hourly_sales_view ORDER BY hour_timestamp",
    "product_catalog": "SELECT * FROM product_catalog ORDER BY product_id",
    "processed_events": "SELECT event_id, event_type FROM processed_events"
    " ORDER BY event_id",
}


def shuffled(chaos: Chaos) -> Result:
    """The same events to two systems: as they came, and as badly as can be."""
    events = chaos.size(1_500, 50_000)
    with chaos.system() as system:
        load, bodies = recorded.events(chaos, system, events)
        chaos.step("in their order")
        wire.give(system.environment["BROKER_URL"], bodies)
        recorded.apply(system, len(bodies))
        with chaos.system() as other:
            mess = _mess(chaos, bodies)
            chaos.step(f"{len(mess)} messages of {len(bodies)} events, shuffled")
            recorded.declare(other)
            wire.give(other.environment["BROKER_URL"], mess)
            recorded.apply(other, len(bodies))
            differing = [name for name, query in TABLES.items()
                         if system.read_db(query) != other.read_db(query)]  # fmt: skip
        accounting, found = chaos.prove(system, load)
    figures: dict[str, object] = {
        "events": len(bodies),
        "messages": len(mess),
        "tables that differ": len(differing),
    }
    found += [f"{name} differs after the shuffle" for name in differing]
    return Result(figures, accounting, found)


def _mess(chaos: Chaos, bodies: Sequence[bytes]) -> list[bytes]:
    """Each one to ten times, in any order, but every reversal first of all."""
    dice = chaos.dice
    first = [body for body in bodies if json.loads(body)["type"] in REVERSALS]
    rest = [body for body in bodies for _ in range(dice.randint(1, MOST_TIMES))]
    dice.shuffle(first)
    dice.shuffle(rest)
    return first + rest
