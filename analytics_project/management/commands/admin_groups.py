"""Makes the admin's two groups: who sees everything, and who may act on it as well."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.admin import site
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, transaction
from django.db.models import Model, Q

from analytics_project.admin.read_only import ReadOnlyAdmin


class Command(BaseCommand):
    help = (
        "Make the admin's groups: `viewer` sees everything and changes nothing;"
        " `operator` may publish events again, retry and discard dead letters,"
        " pause replays and revoke API keys as well, but manage no users. Run again,"
        " behind `migrate`, it gives both what the admin shows by then. Put a user"
        " into a group in the admin, and make it staff."
    )

    def handle(self, **_: Any) -> None:
        try:
            with transaction.atomic():
                self._make("viewer", list(seen()))
                self._make("operator", [*seen(), *acted_on()])
        except Error as error:
            reason = str(error).strip().partition("\n")[0]
            raise CommandError(f"default: {reason}") from error

    def _make(self, name: str, permissions: list[Q]) -> None:
        group, _ = Group.objects.get_or_create(name=name)
        chosen = Q()
        for each in permissions:
            chosen |= each
        group.permissions.set(Permission.objects.filter(chosen))
        self.stdout.write(f"{name}: {group.permissions.count()} permissions")


def seen() -> Iterator[Q]:
    for model in filter(site.is_registered, apps.get_models()):
        yield permission("view", model)


def acted_on() -> Iterator[Q]:
    """Our own lists: no row can be edited, the right is one to actions alone."""
    for model in filter(site.is_registered, apps.get_models()):
        if isinstance(site.get_model_admin(model), ReadOnlyAdmin):
            yield permission("change", model)


def permission(verb: str, model: type[Model]) -> Q:
    codename = get_permission_codename(verb, model._meta)
    return Q(codename=codename, content_type__app_label=model._meta.app_label)
