"""Users of the admin, addresses of its pages, and rows for every one of them."""

from django.contrib.auth.models import Permission, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from analytics_project.keys import store
from commands_app import outbox
from commands_app.cancellations import cancel_order
from commands_app.refunds import NewRefund, refund_order
from projections_app import dead_letters, projector
from projections_app.models import ProjectionState, Replay
from tests.commands_app.builders import line, place, product
from tests.projections_app.messages import POISON


def staff(*permissions: str, superuser: bool = False, name: str = "ann") -> Client:
    """A logged-in member of the staff; permissions as in `change_outboxevent`."""
    user = User.objects.create(username=name, is_staff=True, is_superuser=superuser)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of(row: Model) -> str:
    label, name = row._meta.app_label, row._meta.model_name
    return reverse(f"admin:{label}_{name}_change", args=[row.pk])


def act(client: Client, action: str, *rows: Model, everything: bool = False) -> str:
    """Runs an action on rows of one model; the page that the browser then shows."""
    answer = client.post(
        list_of(type(rows[0])),
        {
            "action": action,
            "_selected_action": [row.pk for row in rows],
            "select_across": "1" if everything else "0",
        },
        follow=True,
    )
    return answer.content.decode()


def fill() -> None:
    """At least one row in every table that the admin shows."""
    mouse = product(name="Mouse", category="Toys / Games")
    kept, cancelled = place(line(mouse, 2), line(mouse)), place(line(mouse))
    refund_order(kept.id, NewRefund())
    cancel_order(cancelled.id, reason="late")
    projector.apply(list(outbox.history()))
    dead_letters.park(POISON["not UTF-8"], ValueError("no text"))
    dead_letters.park(POISON["unknown type"], ValueError("not known"))
    dead_letters.discard(
        dead_letters.fixed(dead_letters.Filter(error="known")(dead_letters.parked())),
        by="ann",
        reason="a test",
    )
    Replay.objects.create(source="ledger", started_by="ann")
    ProjectionState.objects.get_or_create(name="product_sales")
    store.create(name="till", scopes=["queries"], expires_at=None)
