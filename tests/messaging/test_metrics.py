"""Metrics are served beside the work, and a port that is taken is waited for."""

import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from socket import create_server
from urllib.error import URLError

import pytest
from prometheus_client import CollectorRegistry, Counter

from devstack.ports import free_port
from messaging import metrics, status
from messaging.status import State, Status


@pytest.fixture
def registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    Counter("things", "Things.", registry=registry).inc()
    return registry


def page(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            return str(answer.read().decode())
    except URLError:
        return ""


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.01)


def test_what_is_counted_is_served(registry: CollectorRegistry) -> None:
    port = free_port()
    metrics.serve(host="127.0.0.1", port=port, registry=registry)

    eventually(lambda: "things_total 1.0" in page(port))


def test_a_port_that_is_taken_is_served_when_it_is_free(
    registry: CollectorRegistry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG", logger="messaging.metrics")
    monkeypatch.setattr(metrics, "TAKE_OVER_S", 0.01)
    port = free_port()
    with closing(create_server(("127.0.0.1", port))):
        metrics.serve(host="127.0.0.1", port=port, registry=registry)
        eventually(lambda: "not served" in caplog.text)

    eventually(lambda: "things_total 1.0" in page(port))


def state(of: State) -> float | None:
    return status.STATE.labels(of.value)._value.get()


def test_the_state_of_a_daemon_is_one_of_them() -> None:
    told = Status(lambda *_: None)

    told.tell(State.BLOCKED)
    told.tell(State.CONNECTED)

    assert (state(State.CONNECTED), state(State.BLOCKED)) == (1, 0)


def test_who_stands_by_has_no_state() -> None:
    """Else a relay that could not connect, and then stands by, would be in trouble."""
    told = Status(lambda *_: None)
    told.tell(State.UNREACHABLE)

    told.forget()

    assert [metric.samples for metric in status.STATE.collect()] == [[]]
