"""A request leaves nothing behind that only the garbage collector would find."""

import gc
import json
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import RequestFactory

from analytics_project.edge import answer
from tests.commands_app.api import an_order, new_product


@pytest.fixture
def only_by_hand() -> Iterator[None]:
    gc.disable()
    yield
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()


def watch() -> None:
    """From here on the collector keeps what it finds, so that a test can name it."""
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)


def found() -> list[str]:
    gc.collect()
    return [f"{type(lost)}: {lost!r:.200}" for lost in gc.garbage]


def status(path: str, body: object) -> int:
    content = json.dumps(body)
    request = RequestFactory().post(path, content, content_type="application/json")
    return answer(request).status_code


@pytest.mark.parametrize(
    ("quantity", "expected"), [(1, 201), (0, 400), (1_000_000, 409)]
)
def test_an_order_leaves_no_circle(
    quantity: int, expected: int, only_by_hand: None
) -> None:
    order = an_order(new_product(), quantity)
    assert status("/api/orders", order) == expected  # loads, and prepares statements
    watch()

    assert status("/api/orders", order) == expected
    assert found() == []


def test_an_unknown_order_leaves_no_circle(only_by_hand: None) -> None:
    assert status("/api/orders/1/cancel", {}) == 404
    watch()

    assert status("/api/orders/1/cancel", {}) == 404
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_down_leaves_no_circle(
    only_by_hand: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", 1)
        assert status("/api/orders/1/cancel", {}) == 503
        watch()

        assert status("/api/orders/1/cancel", {}) == 503
        assert found() == []
