"""One module a subject; each scenario measures and answers its figures."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bench.context import Bench
from bench.figures import Figure
from bench.scenarios import (
    at_rest,
    backlog,
    freshness,
    pipeline,
    rebuilding,
    reports,
    web,
)


class Scenario(NamedTuple):
    run: Callable[[Bench], Sequence[Figure]]
    over_http: bool = False  # needs the two addresses only


# In the order in which they run: those that need the big tables come last.
SCENARIOS = {
    "orders": Scenario(web.orders, over_http=True),
    "bulk": Scenario(web.bulk, over_http=True),
    "reads": Scenario(web.reads, over_http=True),
    "freshness": Scenario(freshness.under_load, over_http=True),
    "idle": Scenario(at_rest.idle, over_http=True),
    "relay": Scenario(pipeline.relay),
    "projector": Scenario(pipeline.projector),
    "drain": Scenario(backlog.drain),
    "memory": Scenario(backlog.memory),
    "reports": Scenario(reports.reports),
    "rebuild": Scenario(rebuilding.rebuild),
    "reconcile": Scenario(rebuilding.reconcile),
    "growth": Scenario(pipeline.growth),
}
