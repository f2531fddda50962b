"""What a client asks for; whatever is a choice is drawn from its dice."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

CUSTOMERS = 50
# An order is known again by when it says that it was placed: a second apart.
FIRST_PLACED_AT = datetime(2020, 1, 1, tzinfo=UTC)


def order(dice: random.Random, number: int, products: Sequence[int]) -> dict[str, Any]:
    chosen = dice.sample(products, k=min(len(products), 3))
    placed_at = FIRST_PLACED_AT + timedelta(seconds=number)
    return {
        "customerId": dice.randint(1, CUSTOMERS),
        "items": [{"productId": id_, "quantity": dice.randint(1, 3)} for id_ in chosen],
        "placedAt": placed_at.isoformat(),
    }


def cancellation(order: int) -> tuple[str, dict[str, Any]]:
    """Path and body, as of the others."""
    return f"/api/orders/{order}/cancel", {}


def refund(order: int) -> tuple[str, dict[str, Any]]:
    return f"/api/orders/{order}/refunds", {"items": [{"line": 1, "quantity": 1}]}


def change(dice: random.Random, products: Sequence[int]) -> tuple[str, dict[str, Any]]:
    """A price or a category: orders keep those of their own time."""
    changed: dict[str, Any] = dice.choice(
        [
            {"price": dice.randint(1, 9999) / 100},
            {"category": f"Class {dice.randint(0, 5)}"},
        ]
    )
    return f"/api/products/{dice.choice(products)}", changed
