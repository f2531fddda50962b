"""What the harness counts, on records made up for it."""

from typing import Any

import pytest

from chaos.accounting import Accounting, count

ORDERS = {0: 11, 1: 12, 2: 13}  # ids by their numbers


def counted(**changes: Any) -> Accounting:
    """Three orders, all well, but for the changes."""
    record: dict[str, Any] = {
        "attempted": {0, 1, 2},
        "acknowledged": ORDERS,
        "troubled": set(),
        "written": list(ORDERS.items()),
        "sold": dict.fromkeys(ORDERS.values(), 1),
        "parked": set(),
    }
    return count(**record | changes)


def test_orders_that_are_found_once_are_neither_lost_nor_doubled() -> None:
    assert counted() == Accounting(3, 3, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "fate"),
    [
        ({"written": [(0, 11), (1, 12)]}, "lost"),
        ({"sold": {11: 1, 12: 1}}, "lost"),
        ({"acknowledged": {0: 11, 1: 12, 2: 12}}, "lost"),
        ({"acknowledged": {0: 11, 1: 12}, "sold": {11: 1, 12: 1}}, "lost"),
        ({"written": [*ORDERS.items(), (2, 14)]}, "doubled"),
        ({"sold": {11: 1, 12: 2, 13: 1}}, "doubled"),
        ({"written": [*ORDERS.items(), (7, 14)]}, "unexpected"),
        ({"sold": {11: 1, 12: 1, 13: 1, 99: 1}}, "unexpected"),
    ],
)
def test_each_fault_is_counted_as_what_it_is(
    changes: dict[str, Any], fate: str
) -> None:
    assert getattr(counted(**changes), fate) >= 1


def test_a_parked_order_is_not_lost() -> None:
    assert counted(sold={11: 1, 12: 1}, parked={13}).lost == 0


def test_an_order_that_was_refused_once_and_exists_is_recovered() -> None:
    assert counted(troubled={1}).recovered == 1
    assert counted(attempted={0, 1, 2, 3}, troubled={3}) == Accounting(4, 3, 0, 0, 0, 0)


def test_an_order_whose_answer_never_came_may_exist_or_not() -> None:
    unanswered = counted(acknowledged={0: 11, 1: 12}, troubled={2})

    assert unanswered == Accounting(3, 2, 0, 0, 0, 1)
