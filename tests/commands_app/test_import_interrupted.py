"""An import that is stopped at any moment leaves whole orders, and can go on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from commands_app.models import Order, OrderItem, OutboxEvent, Product
from tests.commands_app.imports_builders import run, shop, stored, write

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.processes,
]
ORDERS = 1500
LINES = 3
DEADLINE_S = 60


def start(path: Path) -> subprocess.Popen[str]:
    """Imports into this test's database in a process of its own, in small batches."""
    database = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{database}"
    return subprocess.Popen(
        [
            sys.executable,
            "manage.py",
            "import_orders",
            path,
            "--batch=5",
            f"--rejects={path.with_suffix('.rejects.csv')}",
        ],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_stopped_import_leaves_whole_orders_and_goes_on(
    how: signal.Signals, tmp_path: Path
) -> None:
    path = write(tmp_path / "orders.csv", shop(ORDERS, lines=LINES))
    process = start(path)
    wait_until(lambda: Order.objects.count() >= 50)

    process.send_signal(how)
    told = process.communicate(timeout=DEADLINE_S)

    placed = Order.objects.count()
    assert 50 <= placed < ORDERS
    assert OrderItem.objects.count() == placed * LINES
    assert OutboxEvent.objects.filter(event_type="OrderCreated").count() == placed
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert f"Imported {placed:,} orders" in told[0]
        assert "run the same command again" in told[1]

    rest = run(path)

    assert f"Imported {ORDERS - placed:,} orders" in rest.summary
    assert_like_one_run(path)


def assert_like_one_run(path: Path) -> None:
    found, products, events = (
        stored(),
        Product.objects.count(),
        OutboxEvent.objects.count(),
    )
    for table in (OrderItem, Order, OutboxEvent, Product):
        table.objects.all().delete()
    run(path)
    assert found == stored()
    assert (products, events) == (Product.objects.count(), OutboxEvent.objects.count())
