"""API keys in the admin: what is shown of them, and who may take one back."""

from datetime import timedelta

from django.utils import timezone

from analytics_project.keys import store
from analytics_project.models import ApiKey, ApiKeyUse
from tests.analytics_project.admin_pages import act, list_of, page_of, staff
from tests.analytics_project.keys_made import (
    id_of,
    made,
    required,  # noqa: F401 (a fixture)
)


def stored(key: str, database: str = "default") -> ApiKey:
    return ApiKey.objects.using(database).get(pk=id_of(key))


def test_neither_a_key_nor_its_hash_is_shown() -> None:
    key = made("queries")
    row = stored(key)
    viewer = staff("view_apikey")

    for address in list_of(ApiKey), page_of(row):
        page = viewer.get(address).content.decode()
        assert row.pk in page
        assert key.rpartition("_")[2] not in page
        assert "digest" not in page


def test_the_list_and_the_page_tell_of_the_last_use() -> None:
    key = made("queries")
    viewer = staff("view_apikey")
    assert "never" in viewer.get(list_of(ApiKey)).content.decode()

    used = timezone.now() - timedelta(hours=3)
    ApiKeyUse.objects.using("read").create(key_id=id_of(key), last_used_at=used)

    for address in list_of(ApiKey), page_of(stored(key)):
        assert "3 h ago" in viewer.get(address).content.decode()


def test_a_key_is_revoked_in_both_databases_and_the_others_are_not() -> None:
    key, other = made("queries"), made("queries")

    page = act(staff("change_apikey"), "revoke", stored(key))

    assert "1 revoked" in page
    for database in store.DATABASES:
        assert store.state(stored(key, database)) == "revoked"
        assert store.state(stored(other, database)) == "active"


def test_who_may_only_view_revokes_nothing() -> None:
    key = made("queries")
    viewer = staff("view_apikey")

    assert 'value="revoke"' not in viewer.get(list_of(ApiKey)).content.decode()
    act(viewer, "revoke", stored(key))

    assert store.state(stored(key)) == "active"
