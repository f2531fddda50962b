"""What a run tells of itself: each log line is a JSON object, each order a trace."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chaos.answers import Answer
from chaos.servers import Servers
from chaos.system import System
from tests.flow.collector import Collector, collecting
from tests.flow.test_poison import publish
from tests.messaging.builders import an_order, body_of

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]

PROCESSES = {
    "commands": "commands",
    "queries": "queries",
    "relay": "run_outbox_relay",
    "consumer": "run_consumer",
    "auditor": "run_auditor",
}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
STATUS = "http.response.status_code"
STATE = "vendor=it-knows-why"
PRIVATE = "Hercule Poirot"  # in bodies, addresses and headers of the run
MADE = ("product", "traced", "plain", "malformed")  # events, in this order
BASE = {"time", "level", "process", "pid", "logger", "message"}


class Run(NamedTuple):
    """A run of all roles that is over: what they answered, logged and exported."""

    answers: dict[str, Answer]
    lines: dict[str, list[str]]  # by role
    collector: Collector

    def objects(self, role: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines[role]]

    def event_id(self, name: str) -> str:
        return self.answers[name].headers["event-id"]


@pytest.fixture(scope="module")
def run(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    logs = tmp_path_factory.mktemp("observed")
    with collecting() as collector:
        system = System(
            servers,
            logs,
            LOG_FORMAT="json",
            LOG_WORK="true",
            TRACING="true",
            WEB_WORKERS="1",
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        )
        try:
            system.start(*PROCESSES)
            answers = a_day(system)
        finally:
            system.stop()  # each exports what it has left
        yield Run(answers, read(logs, system), collector)


def a_day(system: System) -> dict[str, Answer]:
    thing = {"name": PRIVATE, "category": PRIVATE, "price": 1}
    secret = {"Authorization": f"Bearer {PRIVATE}", "X-Request-Id": PRIVATE}
    answers = {
        "product": system.call("commands", "POST", "/api/products", thing, secret),
        "traced": ordered(
            system, traceparent=f"00-{TRACE}-{SPAN}-01", tracestate=STATE
        ),
        "plain": ordered(system, X_Request_Id="from-the-shop.1"),
        "malformed": ordered(system, traceparent="00-zero-one", tracestate="=,=;"),
        "refused": system.post("/api/orders", {"customerId": PRIVATE}),
        "nowhere": system.get("/api/Hercule%20Poirot?who=Hercule%20Poirot"),
    }
    publish(system, body_of(an_order(), type=PRIVATE))
    after = f"?after={answers['malformed'].headers['event-id']}&wait=10"
    answers["sales"] = system.get(f"/api/analytics/products/1/sales{after}")
    return answers


def ordered(system: System, **headers: str) -> Answer:
    items = [{"productId": 1, "quantity": 1}]
    return system.post("/api/orders", {"customerId": 1, "items": items}, **headers)


def read(logs: Path, system: System) -> dict[str, list[str]]:
    return {role: system.log(role).splitlines() for role in PROCESSES}


# --- logs -----------------------------------------------------------------------------
@pytest.mark.parametrize("role", PROCESSES)
def test_every_line_is_one_object_with_its_fields(run: Run, role: str) -> None:
    told = run.objects(role)

    assert all(each.keys() >= BASE for each in told)
    assert {datetime.fromisoformat(each["time"]).tzinfo for each in told} == {UTC}
    assert {each["process"] for each in told} == {PROCESSES[role]}
    assert {each["level"] for each in told} <= {"INFO", "WARNING"}, told


def test_nothing_that_was_sent_stands_in_a_log(run: Run) -> None:
    assert run.answers["sales"].status == 200
    for lines in run.lines.values():
        assert [line for line in lines if "Poirot" in line] == []


def test_a_request_is_a_line_with_its_ids(run: Run) -> None:
    by_id = {
        each["request_id"]: each
        for each in run.objects("commands") + run.objects("queries")
        if each["logger"] == "work.request"
    }

    for name, answer in run.answers.items():
        line = by_id[answer.headers["x-request-id"]]
        assert line["status"] == answer.status
        assert line["ms"] > 0
        if "event-id" in answer.headers:
            assert line["event_ids"] == [run.event_id(name)]
    assert by_id["from-the-shop.1"]["route"] == "api/orders"
    assert run.answers["nowhere"].body["requestId"] in by_id
    traced = by_id[run.answers["traced"].headers["x-request-id"]]
    assert traced["trace_id"] == TRACE


@pytest.mark.parametrize("work", ["relay publish", "consumer apply"])
def test_a_batch_is_a_line_with_its_events(run: Run, work: str) -> None:
    role, operation = work.split()
    logger = f"work.{operation}"
    batches = [line for line in run.objects(role) if line["logger"] == logger]

    named = [event_id for batch in batches for event_id in batch["event_ids"]]
    assert named == [run.event_id(name) for name in MADE]
    assert sum(batch["events"] for batch in batches) == len(named)


def test_what_was_parked_is_told_without_what_is_in_it(run: Run) -> None:
    [parked] = [line for line in run.objects("consumer") if line["message"] == "parked"]

    assert (parked["level"], parked["error"]) == ("WARNING", "UnknownEvent")


# --- traces ---------------------------------------------------------------------------
def test_request_publication_and_application_are_one_trace(run: Run) -> None:
    collector = run.collector
    [request] = collector.named("POST /api/orders", TRACE)
    [publication] = collector.named("publish OrderCreated", TRACE)
    [application] = collector.named("apply OrderCreated", TRACE)

    assert request.parent == SPAN
    assert publication.parent == application.parent == request.id
    assert {request.state, publication.state, application.state} == {STATE}
    assert [each.service for each in (request, publication, application)] == [
        "commerce-commands",
        "commerce-run_outbox_relay",
        "commerce-run_consumer",
    ]
    event_id = run.event_id("traced")
    assert publication.about["cloudevents.event_id"] == event_id
    assert application.about["cloudevents.event_id"] == event_id


@pytest.mark.parametrize("operation", ["publish", "apply"])
def test_a_batch_links_to_the_context_of_each_event(run: Run, operation: str) -> None:
    collector = run.collector
    requests = collector.named("POST /api/orders") + collector.named(
        "POST /api/products"
    )
    made = {(each.trace, each.id) for each in requests if each.about[STATUS] == "201"}

    batches = collector.named(f"{operation} batch")

    links = [link for batch in batches for link in batch.links]
    assert sorted(links) == sorted(made)
    batch_of = {link: batch for batch in batches for link in batch.links}
    for each in collector.named(f"{operation} OrderCreated"):
        batch = batch_of[(each.trace, each.parent)]
        assert each.links == [(batch.trace, batch.id)]


def test_an_order_without_a_proper_traceparent_begins_a_trace(run: Run) -> None:
    traces = {
        each.about["cloudevents.event_id"]: each
        for each in run.collector.named("apply OrderCreated")
    }

    begun = [traces[run.event_id(name)].trace for name in ("plain", "malformed")]
    assert len({*begun, TRACE}) == 3


def test_nothing_that_was_sent_stands_in_a_trace(run: Run) -> None:
    assert "Poirot" not in repr(run.collector.spans)
    assert not [each for each in run.collector.spans if "health" in each.name]
