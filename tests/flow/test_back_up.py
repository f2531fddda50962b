"""The page that tells how to back up and restore holds, command by command."""

import csv
import os
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from chaos.servers import Servers, administer, copy_of_template
from commands_app import outbox
from commands_app.models import Order
from devstack.postgres import Postgres
from projections_app import dead_letters, projector
from tests.analytics_project.pipeline import a_shop
from tests.commands_app.builders import line, place, product
from tests.flow.followed import commands, shell
from tests.projections_app.messages import a_watermark

pytestmark = pytest.mark.timeout(240)

MANAGE = "python manage.py "
EXACT = "parked events: 1"  # all that reconcile finds: the one that was discarded
POISON = """
    INSERT INTO outbox (event_id, topic, event_type, version, subject, payload)
    VALUES (gen_random_uuid(), 'order-events', 'OrderCreated', 1, 'order/0', '{}')
"""


class Shop:
    """Two databases with the names that the page gives them, and who works on them."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self.folder = folder
        self.queue: list[bytes] = []
        self.environment = {
            **os.environ,
            "PATH": f"{servers.write.binaries}:{os.environ['PATH']}",
            "PGSERVICEFILE": str(folder / "pg_service.conf"),
            "ARCHIVE_DIR": str(folder / "outbox"),
        }

    def follow(self, beginning: str) -> list[str]:
        """Runs what stands behind `$` from there to the next title; what was said."""
        return [self.run(command) for command in commands(beginning)]

    def run(self, command: str) -> str:
        if command.startswith(MANAGE):
            return self.manage(*shlex.split(command.removeprefix(MANAGE)))
        for connection in connections.all():
            connection.close()
        return shell(command, self.folder, self.environment)

    def manage(self, name: str, *arguments: str) -> str:
        """In this process; the daemons have done their work before a comparison."""
        if name == "reconcile":
            self.carry()
        out = StringIO()
        try:
            call_command(name, *arguments, stdout=out)
        except CommandError as error:
            out.write(str(error))
        return out.getvalue()

    def publish(self) -> None:
        messages = outbox.pending(1_000).messages
        outbox.mark_published([message.id for message in messages])
        self.queue += [message.body for message in messages]

    def carry(self) -> None:
        self.publish()
        watermark = a_watermark(datetime.now(UTC) + timedelta(seconds=30))
        bodies, self.queue = [*self.queue, watermark], []
        for failure in projector.apply(bodies):
            dead_letters.park(bodies[failure.position], failure.error)


@pytest.fixture(scope="module")
def shop(
    servers: Servers,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Shop]:
    """Backed up, with events in the archive and one that was discarded."""
    made = Shop(servers, tmp_path_factory.mktemp("back-up"))
    sides = {"commands": servers.write, "analytics": servers.read}
    before = {each.alias: dict(each.settings_dict) for each in connections.all()}
    archive = Path(made.environment["ARCHIVE_DIR"])
    with django_db_blocker.unblock(), override_settings(ARCHIVE_DIR=archive):
        for (name, server), alias in zip(sides.items(), before, strict=True):
            join(made, name, server, alias)
        fill(made)
        made.environment["until"] = datetime.now(UTC).isoformat()
        made.follow("## Back up: dumps")
        yield made
        for alias, place_before in before.items():
            connections[alias].close()
            connections[alias].settings_dict.update(place_before)
    for name, server in sides.items():
        for suffix in ("", "_before", "_lost"):
            administer(
                server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", f"{name}{suffix}"
            )


def join(shop: Shop, name: str, server: Postgres, alias: str) -> None:
    """A database with the page's name, for this process and for PostgreSQL's tools."""
    parts = urlsplit(copy_of_template(server, name))
    values = {
        "host": parts.hostname,
        "port": parts.port,
        "user": parts.username,
        "password": parts.password,
    }
    connections[alias].close()
    connections[alias].settings_dict.update(
        {key.upper(): value for key, value in values.items()}, NAME=name
    )
    with (shop.folder / "pg_service.conf").open("a") as file:
        said = "\n".join(f"{key}={value}" for key, value in values.items())
        file.write(f"[{name}]\n{said}\ndbname={name}\n")


def fill(shop: Shop) -> None:
    a_shop()
    with connections["default"].cursor() as cursor:
        cursor.execute(POISON)
    shop.carry()
    shop.manage("dead_letters", "discard", "--all", "--reason", "made by hand")
    shop.manage("prune", "outbox", "--older-than", "0s")
    assert outbox.recorded() == 1  # the discarded one
    a_shop()
    shop.carry()


def an_order() -> int:
    return place(line(product())).id


def test_a_write_database_that_is_older_than_the_read_side(shop: Shop) -> None:
    lost = [an_order()]
    shop.carry()
    lost.append(an_order())
    shop.publish()  # the queue outlives the databases

    said = shop.follow("## Restore the write database")

    *_, behind, _, replayed, compared, _ = said
    assert "rows that differ" in behind
    assert "swapped in: sales_ledger" in replayed
    assert compared.endswith(EXACT)
    with (shop.folder / "lost.csv").open() as file:
        told = {int(line["order_id"]) for line in csv.DictReader(file)}
    kept = set(Order.objects.values_list("id", flat=True))
    assert told >= set(lost)
    assert not told & kept
    assert an_order() > max(kept) + 1_000_000
    assert shop.manage("reconcile").endswith(EXACT)


def test_a_read_database_that_is_older_than_the_write_side(shop: Shop) -> None:
    an_order()
    shop.carry()

    *_, repaired = shop.follow("**From a dump.** The")

    assert "lost events that will be published again" in repaired
    assert shop.manage("reconcile", "--wait", "60").endswith(EXACT)


def test_a_read_database_from_nothing(shop: Shop) -> None:
    an_order()

    said = shop.follow("**From nothing**")

    *_, replayed, compared = said
    assert "swapped in: sales_ledger" in replayed
    assert compared.endswith(EXACT)
    assert "made by hand" in shop.run(
        "psql -c 'SELECT reason FROM dead_letter_actions' service=analytics"
    )
