"""API keys: who has one and when it was last used, and a way to take it back."""

import logging
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from analytics_project.admin import rendering
from analytics_project.admin.read_only import NarrowList, ReadOnlyAdmin
from analytics_project.keys import store, uses
from analytics_project.keys.errors import KeyRefused
from analytics_project.models import ApiKey

logger = logging.getLogger(__name__)


class ListWithUses(NarrowList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        last = uses.last_uses()
        for key in self.result_list:
            key.used = last.get(key.pk)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = (
        "key_id",
        "owner",
        "scopes",
        "state",
        "created_at",
        "expires_at",
        "last_used",
        "limit",
    )
    fields = (*list_display, "revoked_at")  # the digest is of no use to anybody
    readonly_fields = fields
    search_fields = ("key_id",)
    search_help_text = "The part of a key between ca_live_ and the next underscore."
    ordering = ("-created_at",)
    actions = ("revoke",)

    def get_changelist(self, request: HttpRequest, **_: Any) -> type[ChangeList]:
        return ListWithUses

    @admin.display(description="name")
    def owner(self, key: ApiKey) -> str:
        return rendering.line(key.name)

    @admin.display
    def state(self, key: ApiKey) -> str:
        return store.state(key)

    @admin.display
    def last_used(self, key: ApiKey) -> str:
        used = key.used if hasattr(key, "used") else uses.last_uses().get(key.pk)
        return f"{rendering.age(used)} ago" if used else "never"

    @admin.display
    def limit(self, key: ApiKey) -> str:
        return store.limit_of(key)

    @admin.action(description="Revoke: refuse it from now on", permissions=["act"])
    def revoke(self, request: HttpRequest, keys: QuerySet[Any]) -> None:
        ids = list(keys.values_list("key_id", flat=True))
        names = {"key_ids": ids, "user": str(request.user)}
        logger.info("API keys revoked by hand", extra=names)
        try:
            store.revoke(ids)
        except KeyRefused as error:
            self.message_user(request, f"Stopped: {error}", messages.ERROR)
        else:
            self.message_user(request, f"{len(ids)} revoked.", messages.SUCCESS)
