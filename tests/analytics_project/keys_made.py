"""API keys as tests want them, and what is sent with them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from analytics_project.keys import access, store, token
from analytics_project.openapi import views

OWN_SECRET = "one-of-our-own-" + "0123456789abcdefghijklmnopqrstuvwxyz"


def made(*scopes: str, expires_at: datetime | None = None) -> str:
    return store.create(name="till", scopes=scopes, expires_at=expires_at)


def ended() -> datetime:
    return timezone.now() - timedelta(seconds=1)


def id_of(key: str) -> str:
    found = token.id_of(key)
    assert found
    return found


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture(autouse=True)
def required(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys are asked for, no test knows another's, and none notes a use."""
    settings.API_KEYS_REQUIRED = True
    settings.SECRET_KEY = OWN_SECRET
    monkeypatch.setattr("analytics_project.keys.uses.note", lambda _key_id: None)
    access.forget()
    yield
    access.forget()
    views.encoded.cache_clear()  # the document says whether keys are required
