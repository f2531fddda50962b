"""A small shop of half a year for the dashboard to show, placed over HTTP."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from chaos.system import System

SEED = 5
DAYS = 200
ORDERS = 400
BATCH = 1000  # orders a request, the most
CUSTOMERS = 60
CATEGORIES = {
    "Coffee": ("House Blend", "Single Origin Huila", "Decaf", "Espresso Forte"),
    "Tea": ("Earl Grey", "Sencha", "Rooibos Vanilla", "Assam"),
    "Brewing": ("Pour-Over Kettle", "Paper Filters 100", "Hand Grinder", "Scale"),
    "Bakery / Sweets": ("Almond Biscotti", "Dark Chocolate 70 %", "Shortbread"),
    "Gifts": ("Tasting Box", "Gift Card", "Brewing Class for Two"),
}
# Names that were let in: as text they do nothing.
HOSTILE = {
    "<script>document.title='owned'</script>": "<img src=x onerror=alert(1)>",
    '"><b data-owned>bold</b>{{ 7*7 }}': "=1+1",
    '=HYPERLINK("http://example.com")': "@SUM(1+1)*cmd|' /C calc'!A0",
}


def fill(system: System, count: int = ORDERS, customers: int = CUSTOMERS) -> None:
    """So many orders; some are reversed."""
    random = Random(SEED)
    products = make_products(system)
    now = datetime.now(UTC)
    orders = [_order(random, products, now, customers) for _ in range(count)]
    orders.sort(key=lambda order: str(order["placedAt"]))
    ids: list[int] = []
    for first in range(0, count, BATCH):
        part = {"orders": orders[first : first + BATCH]}
        answer = system.post("/api/orders/batch", part)
        assert answer.status == 201, answer.body
        ids = [*reversed(answer.body["orderIds"]), *ids]
    for id_ in ids[6:90:15]:
        assert system.post(f"/api/orders/{id_}/cancel", {}).status == 200
    for id_ in ids[4:90:15]:
        refund = {"items": [{"line": 1, "quantity": 1}]}
        assert system.post(f"/api/orders/{id_}/refunds", refund).status == 201


def make_products(system: System) -> list[int]:
    named = [
        (name, category) for category, names in CATEGORIES.items() for name in names
    ]
    return [
        system.make_product(
            price=4.5 + 7 * n, name=name, category=category, sku=f"S-{n}"
        )
        for n, (name, category) in enumerate(named)
    ]


def make_hostile(system: System) -> list[int]:
    return [
        system.make_product(price=99, name=name, category=category)
        for name, category in HOSTILE.items()
    ]


def _order(
    random: Random, products: Sequence[int], now: datetime, customers: int
) -> dict[str, Any]:
    """More of late than long ago, most of them by those who come often."""
    age = timedelta(
        days=DAYS * (1 - random.random() ** 0.6), hours=random.random() * 24
    )
    items = [
        {
            "productId": products[int(len(products) * random.random() ** 1.7)],
            "quantity": random.randint(1, 3),
            "discount": random.choice((0, 0, 0, 0.5, 1.25)),
        }
        for _ in range(random.randint(1, 4))
    ]
    return {
        "customerId": 1 + int(customers * random.random() ** 2),
        "items": items,
        "placedAt": (now - age).isoformat(),
    }
