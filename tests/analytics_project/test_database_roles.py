"""Every role does its own work, with the rights that the command gives it."""

from contextlib import closing
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.contrib.admin import site
from django.core.management import call_command
from django.db import connections
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from analytics_project.keys import access, rates, store, uses
from analytics_project.models import ApiKey
from analytics_project.reconcile import reconcile
from commands_app import outbox
from commands_app.models import OutboxEvent, RelayStatus
from messaging.status import State
from projections_app import consumer_status, dead_letters, projector
from projections_app.models import ConsumerStatus, DeadLetter, ProductSales
from tests.analytics_project.admin_pages import act, fill, list_of, staff
from tests.analytics_project.auditing import a_lost_order, an_auditor
from tests.analytics_project.keys_made import bearer, id_of, made
from tests.analytics_project.logins import (
    Logins,
    logins,  # noqa: F401 (a fixture)
)
from tests.analytics_project.pipeline import a_shop, deliver
from tests.commands_app.api import MOUSE, an_order, send, told
from tests.commands_app.relaying import make_relay, pending
from tests.messaging.builders import an_order as an_event
from tests.messaging.builders import body_of
from tests.projections_app.conftest import (
    Queues,
    no_generations,  # noqa: F401 (a fixture)
    queues,  # noqa: F401 (a fixture)
)
from tests.projections_app.messages import POISON, a_watermark

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "read"])


RIGHTS = """
    SELECT relname, attname, pg_get_userbyid(relowner), relacl::text, attacl::text,
           (SELECT array_agg(polname ORDER BY polname)::text
            FROM pg_policy WHERE polrelid = pg_class.oid)
    FROM pg_class
    LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attacl IS NOT NULL
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    ORDER BY 1, 2
"""
LIMIT = {"per_minute": 60_000, "burst": 1000}
RANGE = "from=2026-01-01&to=2030-01-01"
QUESTIONS = [
    *("products/1/sales", "categories/Books/revenue", "customers/1/lifetime-value"),
    *("sales/hourly", "sync-status", f"summary?{RANGE}", f"products/top?{RANGE}"),
    *(f"sales/timeseries?{RANGE}&interval=month", f"categories/top?{RANGE}"),
    *(f"customers/top?{RANGE}", f"products/1?{RANGE}", f"cohorts?{RANGE}"),
    *(
        f"explain?{RANGE}&metric=orders",
        f"restatements?{RANGE}",
        f"restatements/days?{RANGE}",
    ),
    f"products/top?{RANGE}&format=csv",
]
PAGES = ["", "products", "categories", "customers", "orders", "restatements", "state"]


def limited(scope: str) -> str:
    key = made(scope)
    store.limit([id_of(key)], **LIMIT)
    return key


def test_the_command_role_takes_orders(logins: Logins, settings: Settings) -> None:  # noqa: F811
    settings.API_KEYS_REQUIRED = True
    key = limited("commands")
    with logins.acting("commands"):
        mouse = told(send("products", MOUSE, **bearer(key)))["productId"]
        order = an_order(mouse, 2)
        once = {**bearer(key), "Idempotency-Key": "once"}
        placed = [send("orders", order, **once) for _ in range(2)]
        batch = send("orders/batch", {"orders": [order, order]}, **bearer(key))
        first, [second, _] = told(placed[0])["orderId"], told(batch)["orderIds"]
        done = [
            *(*placed, batch),
            send(f"products/{mouse}", {"price": 3}, method="PATCH", **bearer(key)),
            send(f"orders/{first}/refunds", {}, **bearer(key)),
            send(f"orders/{second}/cancel", {}, **bearer(key)),
            Client().get("/health/ready"),
        ]
        uses.write(id_of(key))
    access.forget()

    assert [each.status_code // 100 for each in done] == [2] * len(done)
    assert "RateLimit-Remaining" in done[0]
    assert id_of(key) in uses.last_uses()


def test_the_command_role_serves_the_admin(logins: Logins) -> None:  # noqa: F811
    fill()
    dead_letters.park(body_of(an_event()), ValueError("at first"))
    with logins.acting("commands"):
        admin = staff(superuser=True)
        for model in site._registry:
            assert admin.get(list_of(model)).status_code == 200, model
        event = OutboxEvent.objects.exclude(published_at=None).first()
        assert event is None  # nothing has published yet
    OutboxEvent.objects.update(published_at=Now())
    with logins.acting("commands"):
        event = OutboxEvent.objects.latest("id")
        parked = DeadLetter.objects.filter(settled_at=None)
        assert "1 to be published again" in act(admin, "publish_again", event)
        assert "1 applied" in act(admin, "retry", *parked)
        letter = parked.get()
        form = {"action": "discard", "_selected_action": [letter.pk]}
        asked = admin.post(list_of(DeadLetter), form).context["form"]
        sent = {**form, **asked.initial, "confirmed": "yes", "reason": "a test"}
        assert (
            "1 discarded"
            in admin.post(list_of(DeadLetter), sent, follow=True).content.decode()
        )
        assert "1 revoked" in act(admin, "revoke", ApiKey.objects.latest("created_at"))


def test_the_relay_publishes(logins: Logins, broker_url: str) -> None:  # noqa: F811
    a_shop()
    with logins.acting("relay"), closing(make_relay(broker_url)) as relay:
        relay.connect()
        relay.run_once()

    assert pending() == 0
    assert RelayStatus.objects.get().state == State.CONNECTED


def test_the_consumer_applies_and_parks(logins: Logins, queues: Queues) -> None:  # noqa: F811
    queues.publish(body_of(an_event()), POISON["not UTF-8"])
    with logins.acting("consumer"):
        with closing(queues.subscriber()) as subscriber:
            subscriber.connect()
            subscriber.receive(limit=2, wait=5)  # they are delivered again
        queues.consume(2)
        consumer_status.tell(State.CONNECTED, "")

    assert ProductSales.objects.count() == DeadLetter.objects.count() == 1
    assert ConsumerStatus.objects.exists()


def test_the_query_role_answers(
    logins: Logins,  # noqa: F811
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_shop()
    deliver()
    key = limited("queries")
    settings.API_KEYS_REQUIRED = True
    settings.ROLE, settings.ROOT_URLCONF = "queries", "analytics_project.urls_queries"
    for module in uses, rates:
        monkeypatch.setattr(module, "place", lambda: "read")
    with logins.acting("queries"):
        client = Client(headers=bearer(key))
        addresses = [f"/api/analytics/{each}" for each in QUESTIONS]
        for address in [*addresses, *(f"/{page}" for page in PAGES), "/health/ready"]:
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.content)
            assert not answer.streaming or b"".join(answer.streaming_content)
        uses.write(id_of(key))
    access.forget()

    assert id_of(key) in uses.last_uses()


def test_the_auditor_compares_and_drives_again(logins: Logins) -> None:  # noqa: F811
    lost, auditor = a_lost_order(), an_auditor()
    with logins.acting("auditor"):
        reconcile()
    for _ in range(2):
        projector.apply([a_watermark(datetime.now(UTC))])
        with logins.acting("auditor"):
            while auditor.run_once():
                pass

    assert [each.id for each in outbox.pending(9).messages] == [lost]


@pytest.mark.usefixtures("no_generations")
def test_what_the_owner_rebuilds_keeps_its_rights(
    logins: Logins,  # noqa: F811
    settings: Settings,
) -> None:
    a_shop()
    deliver()
    rights = [rights_of("read")]
    with logins.acting("owner"):
        for arguments in (["--from", "outbox"], ["hourly_sales"], ["--rollback"]):
            call_command("replay_projections", *arguments, stdout=StringIO())
            rights.append(rights_of("read"))
        call_command("migrate", database="read", verbosity=0)
        settings.DATABASE_ROLE_PASSWORDS = {}
        call_command("database_roles", prefix=logins.prefix, verbosity=0)
        rights.append(rights_of("read"))
    with logins.acting("consumer"):
        assert projector.apply([body_of(an_event())]) == []

    assert rights[0]
    assert rights == [rights[0]] * len(rights)


def rights_of(alias: str) -> list[tuple[str, ...]]:
    """Of everybody, with the tables' owners and policies."""
    with connections[alias].cursor() as cursor:
        cursor.execute(RIGHTS)
        return list(cursor.fetchall())
