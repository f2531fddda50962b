"""The admin's groups: viewers see all and change nothing, operators act as well."""

from io import StringIO

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db.models import Model
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from analytics_project.admin.read_only import ReadOnlyAdmin
from analytics_project.keys import store
from analytics_project.models import ApiKey
from commands_app.models import OutboxEvent
from projections_app.models import DeadLetter
from tests.analytics_project.admin_pages import act, fill, list_of, page_of


@pytest.fixture(autouse=True)
def _groups() -> None:
    call_command("admin_groups", stdout=StringIO())


def member(group: str) -> Client:
    user = User.objects.create(username=group, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


def acting_models() -> set[type[Model]]:
    pages = site._registry.items()
    return {model for model, page in pages if isinstance(page, ReadOnlyAdmin)}


def test_a_viewer_sees_every_list() -> None:
    viewer = member("viewer")

    for model in site._registry:
        assert viewer.get(list_of(model)).status_code == 200, model


def test_not_even_an_operator_adds_edits_or_deletes_anything() -> None:
    fill()
    client = member("operator")  # who has all rights of a viewer

    for model in site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.first()
        assert client.post(reverse(f"{name}_add")).status_code == 403, model
        if row:
            assert client.post(page_of(row)).status_code == 403, model
            delete = reverse(f"{name}_delete", args=[row.pk])
            assert client.post(delete, {"post": "yes"}).status_code == 403, model


def test_the_rights_are_those_and_no_others() -> None:
    viewer, operator = (
        {p.codename for p in Group.objects.get(name=name).permissions.all()}
        for name in ("viewer", "operator")
    )

    assert viewer == {f"view_{m._meta.model_name}" for m in site._registry}
    assert operator - viewer == {
        f"change_{m._meta.model_name}" for m in acting_models()
    }
    assert {ApiKey, DeadLetter, OutboxEvent} <= acting_models()


def test_a_viewer_is_offered_no_action_and_has_none_done() -> None:
    fill()
    OutboxEvent.objects.update(published_at=Now())
    viewer, event, key = member("viewer"), OutboxEvent.objects.first(), key_row()
    letter = DeadLetter.objects.filter(settled_at=None).get()

    assert event
    for row, action in (event, "publish_again"), (letter, "retry"), (key, "revoke"):
        assert (
            f'value="{action}"' not in viewer.get(list_of(type(row))).content.decode()
        )
        act(viewer, action, row)

    event.refresh_from_db()
    letter.refresh_from_db()
    assert event.published_at
    assert letter.attempts == 1
    assert store.state(key_row()) == "active"


def test_an_operator_acts() -> None:
    fill()
    OutboxEvent.objects.update(published_at=Now())
    operator, event = member("operator"), OutboxEvent.objects.first()
    letter = DeadLetter.objects.filter(settled_at=None).get()

    assert event
    assert "1 to be published again" in act(operator, "publish_again", event)
    act(operator, "retry", letter)
    assert "1 revoked" in act(operator, "revoke", key_row())

    letter.refresh_from_db()
    assert letter.attempts == 2


def test_once_more_is_the_same_and_takes_back_what_was_added() -> None:
    viewer = Group.objects.get(name="viewer")
    before = set(viewer.permissions.values_list("pk", flat=True))
    viewer.permissions.add(Group.objects.get(name="operator").permissions.last())

    call_command("admin_groups", stdout=StringIO())

    assert set(viewer.permissions.values_list("pk", flat=True)) == before
    assert Group.objects.count() == 2


def key_row() -> ApiKey:
    return ApiKey.objects.get()
