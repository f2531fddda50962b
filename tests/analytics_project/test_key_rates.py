"""How much a key may ask, and what is said to one that asks more."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models import F
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from analytics_project.door import led
from analytics_project.keys import access, rates, store
from analytics_project.keys.rates import Limit
from analytics_project.models import ApiKey, ApiKeyRate
from analytics_project.problems import problem_response
from tests.analytics_project.keys_made import (
    bearer,
    id_of,
    made,
    required,  # noqa: F401 (a fixture)
)

SLOW = Limit(per_minute=1, burst=3)


def ask(key: str, **headers: str) -> Any:
    client = Client(raise_request_exception=False)
    return client.get("/api/orders", headers={**bearer(key), **headers})


def limited(key: str, per_minute: int, burst: int) -> str:
    store.limit([id_of(key)], per_minute=per_minute, burst=burst)
    return key


def passed(key_id: str, limit: Limit, times: int) -> int:
    """How many of so many requests pass, each asked of the database."""
    taken = [rates.asked(key_id, limit) for _ in range(times)]
    return sum(each.passed for each in taken)


def later(seconds: float) -> None:
    moved = F("full_at") - timedelta(seconds=seconds)
    ApiKeyRate.objects.update(full_at=moved)


def test_a_full_bucket_holds_the_burst_and_fills_up_again() -> None:
    assert passed("a", SLOW, 5) == 3
    later(59)
    assert passed("a", SLOW, 1) == 0
    later(2)
    assert passed("a", SLOW, 5) == 1
    later(3600)
    assert passed("a", SLOW, 5) == 3


def test_every_key_has_a_bucket_of_its_own() -> None:
    assert passed("a", SLOW, 4) == passed("b", SLOW, 4) == 3


def test_a_refusal_costs_nothing_of_what_fills_up() -> None:
    passed("a", SLOW, 50)
    later(61)

    assert passed("a", SLOW, 2) == 1


def test_what_is_left_is_told() -> None:
    told = [rates.asked("a", Limit(per_minute=1, burst=2)) for _ in range(3)]
    headers = told[2].headers()

    assert [each.remaining for each in told] == [1, 0, 0]
    assert 30 < int(told[0].headers()["RateLimit-Reset"]) <= 60
    assert 90 < int(headers.pop("RateLimit-Reset")) <= 120
    assert 30 < int(headers.pop("Retry-After")) <= 60
    assert headers == {
        "RateLimit-Policy": "2;w=120",
        "RateLimit-Limit": "2",
        "RateLimit-Remaining": "0",
    }


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    passed("a", SLOW, 3)
    later(-86_400)

    assert passed("a", SLOW, 1) == 0
    later(61)
    assert passed("a", SLOW, 2) == 1


def test_who_is_refused_is_refused_on_without_asking_the_database() -> None:
    while rates.take("a", SLOW).passed:
        pass

    with CaptureQueriesContext(connections["default"]) as captured:
        again = rates.take("a", SLOW)
    assert captured.captured_queries == []
    assert not again.passed
    assert 30 < int(again.headers()["Retry-After"]) <= 60
    assert rates.take("a", Limit(60, burst=1000)).passed  # a limit may be changed


def test_too_many_requests_are_a_problem_with_the_time_to_wait() -> None:
    key = limited(made("commands"), per_minute=1, burst=2)

    good = [ask(key) for _ in range(2)]
    refused = ask(key)

    assert [each.status_code for each in good] == [405, 405]
    assert [each["RateLimit-Remaining"] for each in good] == ["1", "0"]
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"
    assert 30 < int(refused["Retry-After"]) <= 60
    assert "1 requests a minute, 2 at once" in json.loads(refused.content)["detail"]


def test_a_browser_that_asks_too_much_is_not_led_to_the_sign_in_page() -> None:
    refused = problem_response(429)

    assert led(RequestFactory(headers={"Accept": "text/html"}).get("/"), refused) is (
        refused
    )


def test_a_key_without_a_limit_is_not_counted(settings: Settings) -> None:
    key, free = made("commands"), limited(made("commands"), per_minute=0, burst=1)

    assert "RateLimit-Limit" not in ask(key)
    settings.API_KEY_RATE, settings.API_KEY_BURST = 60, 5
    access.forget()

    assert ask(key)["RateLimit-Limit"] == "5"
    assert "RateLimit-Limit" not in ask(free)
    assert set(ApiKeyRate.objects.values_list("pk", flat=True)) == {id_of(key)}


def test_a_wrong_key_takes_nothing_from_the_right_one() -> None:
    key = limited(made("commands"), per_minute=1, burst=1)
    wrong = limited(made("queries"), per_minute=1, burst=1)

    assert ask(key[:-8] + "AAAAAAAA").status_code == 401
    assert ask(wrong).status_code == 403
    assert not ApiKeyRate.objects.exists()


def test_limits_are_set_by_the_command_in_both_databases_and_are_inherited() -> None:
    key = id_of(made("commands"))

    call_command("api_keys", "limit", key, "--rate", "600", "--burst", "7", verbosity=0)
    new, _ = store.rotate(key, overlap=timedelta(), expires_at=timezone.now())

    for database in store.DATABASES:
        for each in key, id_of(new):
            row = ApiKey.objects.using(database).get(pk=each)
            assert (row.per_minute, row.burst) == (600, 7)
    with pytest.raises(CommandError):
        call_command("api_keys", "limit", key, "no-such-key", "--rate", "none")


@pytest.mark.django_db(transaction=True, databases=["default"])
def test_connections_that_hammer_on_one_key_pass_exactly_the_burst() -> None:
    limit, ready = Limit(per_minute=1, burst=97), threading.Barrier(8)

    def hammer(_: int) -> int:
        ready.wait()
        try:
            return passed("a", limit, 25)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(hammer, range(8))) == 97
