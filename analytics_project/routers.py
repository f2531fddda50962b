"""Which database each model calls home.

Two routers, one truth table: the projector's models live in `read`, all others
(business tables, outbox, Django's own) in `default`. The hallway's (API keys) live in
both; whoever asks for them says where.
"""

from typing import Any

from django.db.models import Model

READ_APP = "projections_app"
IN_BOTH = "analytics_project"


class ReadRouter:
    """Claims the projector's models for `read` and keeps all others out of it."""

    def db_for_read(self, model: type[Model], **_: Any) -> str | None:
        return "read" if model._meta.app_label == READ_APP else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        return app_label == IN_BOTH or (db == "read") == (app_label == READ_APP)


class WriteRouter:
    """Everything else lives in `default`; no relation crosses the two."""

    def db_for_read(self, model: type[Model], **_: Any) -> str | None:
        return "default"

    db_for_write = db_for_read

    def allow_relation(self, left: Model, right: Model, **_: Any) -> bool | None:
        return left._state.db == right._state.db
