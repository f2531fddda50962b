"""What a web role tells Prometheus: its processes' requests, and its database's state.

The processes of a role write to files in one folder, and any of them can add them up.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from commands_app import outbox
from messaging import metrics
from queries_app.queries import pipeline

WAIT_S = 1.0  # a database that takes longer is down; a scrape waits no longer
STATEMENT_TIMEOUT_MS = 1000

Ask = Callable[[], Iterable[Metric]]


def begin() -> None:
    """In a process that serves requests, not in one that is yet to be forked."""
    if settings.METRICS_PORT:
        metrics.serve(
            host=settings.METRICS_HOST, port=settings.METRICS_PORT, registry=registry()
        )


def registry() -> CollectorRegistry:
    """Of the role that this process has."""
    found = CollectorRegistry()
    MultiProcessCollector(found)  # type: ignore[no-untyped-call]
    if settings.ROLE == "queries":
        found.register(Database("read", arrived))
    else:
        found.register(Database("default", waiting))
    return found


def waiting() -> Iterator[Metric]:
    backlog = outbox.backlog()
    age = backlog.age.total_seconds() if backlog.age else 0
    yield gauge(
        "analytics_outbox_pending_events",
        f"Not yet published; counted up to {outbox.COUNT_CAP:,}.",
        backlog.size,
    )
    yield gauge("analytics_outbox_oldest_seconds", "Age of the oldest of them.", age)


def arrived() -> Iterator[Metric]:
    progress = pipeline()
    if progress.lag_seconds is not None:  # None: nothing has come through yet
        yield gauge(
            "analytics_lag_seconds",
            "All that is older is in the figures.",
            progress.lag_seconds,
        )
    yield gauge(
        "analytics_parked_events",
        "Could not be applied, and nobody has settled them.",
        progress.parked,
    )


def gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


class Database(Collector):
    """Asks at every scrape, for a moment; what a database cannot tell is left out."""

    def __init__(self, alias: str, ask: Ask) -> None:
        self._alias = alias
        self._ask = ask
        self._asker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gauges")
        self._asked: Future[list[Metric]] | None = None

    def collect(self) -> Iterator[Metric]:
        try:
            found = self._answer()
        except (DatabaseError, InterfaceError, TimeoutError):
            found = None
        up = int(found is not None)
        yield gauge("analytics_database_up", "1 if it answered in time, else 0.", up)
        yield from found or ()

    def _answer(self) -> list[Metric]:
        """While a question hangs no other is asked."""
        if self._asked is None or self._asked.done():
            self._asked = self._asker.submit(self._shortly)
        return self._asked.result(timeout=WAIT_S)

    def _shortly(self) -> list[Metric]:
        try:
            with connections[self._alias].cursor() as cursor:
                cursor.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")
            return list(self._ask())
        finally:
            connections.close_all()  # of this thread
