"""A server is away: commands need no broker, and no database means 503."""

import time
from statistics import median, quantiles

from chaos.answers import Answer
from chaos.context import Chaos
from chaos.load import Load
from chaos.row import Result
from chaos.system import System
from chaos.waiting import eventually
from devstack.postgres import Postgres

BROKER_FIGURE = (
    "away for 10 minutes, then 20 restarts: every answer 201, p99 <= 1.2 x that with"
    " it, drain begins <= 5 s after it is ready"
)
DATABASE_FIGURE = (
    "50 immediate restarts of each: back within 2 s, 503 problem+json, never a 500"
)
RATE = 60.0  # orders a second
SLOWER = 1.2  # p99 without the broker, at most so many times that with it
WINDOWS = 5
# The sample is too short for a ratio of such times: there it may be as much as this.
NOISE_S = 0.1
DRAIN_S = 5.0
RECONNECT_S = 2.0
PUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"


def broker(chaos: Chaos) -> Result:
    """Row 7."""
    away, restarts = chaos.size((4.0, 1), (600.0, 20))
    problems: list[str] = []
    with chaos.system() as system:
        system.start()
        rabbitmq = system.servers.rabbitmq
        load = Load(system, system.make_products(), seed=chaos.seed, rate=RATE)
        with load.running():
            load.wait_for(30)
            with_broker = _p99_over(load, chaos.size(3.0, 60.0))
            rabbitmq.kill()
            chaos.step(f"the broker is away for {away:g} s")
            without = _p99_over(load, away)
            drains = [_back(system)]
            for number in range(restarts):
                chaos.step(f"restart {number + 1} of {restarts}")
                load.wait_for(20)
                rabbitmq.stop(grace=2)
                load.wait_for(20)
                drains.append(_back(system))
        accounting, found = chaos.prove(system, load)
    refused = sum(n for s, n in load.answers.items() if s not in (200, 201))
    if refused:
        problems.append(f"{refused} requests were not answered by 200 or 201")
    if without > max(SLOWER * with_broker, chaos.size(NOISE_S, 0.0)):
        problems.append(f"p99 {without:.3f} s without it, {with_broker:.3f} s with it")
    if max(drains) > DRAIN_S:
        problems.append(f"the outbox began to drain only after {max(drains):.1f} s")
    figures = {
        "away s": away,
        "restarts": restarts,
        "requests": load.answers.total(),
        "refused": refused,
        "p99 with ms": with_broker * 1000,
        "p99 without ms": without * 1000,
        "slowest drain s": max(drains),
    }
    return Result(figures, accounting, problems + found)


def _p99_over(load: Load, seconds: float) -> float:
    """The median over the windows of the next so many seconds; in seconds.

    One window with another program in it tells of that program.
    """
    return median(_p99(load, seconds / WINDOWS) for _ in range(WINDOWS))


def _p99(load: Load, seconds: float) -> float:
    begun, first = time.monotonic(), len(load.times)
    eventually(lambda: time.monotonic() - begun > seconds, "the pace", seconds + 5)
    taken = [duration for _, duration, _ in load.times[first:]]
    return quantiles(taken, n=100)[98]


def _back(system: System) -> float:
    """Starts the broker; seconds from when it is ready until events are published."""
    system.servers.rabbitmq.start()
    ready = time.monotonic()
    [(before,)] = system.write_db(PUBLISHED)
    eventually(lambda: system.write_db(PUBLISHED)[0][0] > before, "the drain begins")
    return time.monotonic() - ready


def databases(chaos: Chaos) -> Result:
    """Row 9: each role is asked all the time; the load counts what clients see."""
    restarts = chaos.size(3, 50)
    problems: list[str] = []
    slowest = {"write": 0.0, "read": 0.0}
    with chaos.system() as system:
        system.start()
        load = Load(system, system.make_products(), seed=chaos.seed, rate=RATE)
        with load.running():
            for number in range(restarts):
                for side, server, role, path in _sides(system):
                    chaos.step(f"restart {number + 1} of {restarts}: {side}")
                    load.wait_for(chaos.dice.randint(5, 25))
                    server.restart(immediate=True)
                    taken = _answers_again(system, role, path, problems)
                    slowest[side] = max(slowest[side], taken)
            load.wait_for(20)
        refusals = _refusals(system, problems)
        accounting, found = chaos.prove(system, load)
    statuses = dict(sorted(load.answers.items()))
    if strange := statuses.keys() - {200, 201, 409, 503}:
        problems.append(f"commands answered {strange}")
    for side, seconds in slowest.items():
        if seconds > RECONNECT_S:
            problems.append(f"{side}: back only after {seconds:.1f} s")
    figures = {
        "restarts": restarts * 2,
        "slowest back, write s": slowest["write"],
        "slowest back, read s": slowest["read"],
        "answers": " ".join(f"{status}x{n}" for status, n in statuses.items()),
        "refusals checked": refusals,
    }
    return Result(figures, accounting, problems + found)


def _sides(system: System) -> list[tuple[str, Postgres, str, str]]:
    servers = system.servers
    return [
        ("write", servers.write, "commands", "/health/ready"),
        ("read", servers.read, "queries", "/api/analytics/customers/1/lifetime-value"),
    ]


def _answers_again(system: System, role: str, path: str, problems: list[str]) -> float:
    """Seconds until the role answers 200, from when the database does."""
    begun = time.monotonic()

    def answered() -> bool:
        answer = system.call(role, "GET", path)
        _check(answer, role, problems)
        return answer.status == 200

    eventually(answered, f"{role} is back")
    return time.monotonic() - begun


def _refusals(system: System, problems: list[str]) -> int:
    """Every kind of request while its database is away; how many were checked."""
    order = {"customerId": 1, "items": [{"productId": 1, "quantity": 1}]}
    asked = [
        ("write", "commands", "POST", "/api/orders", order),
        ("write", "commands", "POST", "/api/orders/1/cancel", {}),
        ("write", "commands", "PATCH", "/api/products/1", {"price": 1}),
        ("write", "commands", "GET", "/health/ready", None),
        ("read", "queries", "GET", "/api/analytics/products/1/sales", None),
        ("read", "queries", "GET", "/api/analytics/categories/a/revenue", None),
        ("read", "queries", "GET", "/api/analytics/sync-status", None),
        ("read", "queries", "GET", "/health/ready", None),
    ]
    for side, server, *_ in _sides(system):
        server.stop()
        for _, role, method, path, body in filter(lambda a: a[0] == side, asked):
            answer = system.call(role, method, path, body)
            if answer.status != 503:
                problems.append(f"{answer.status} without a database: {method} {path}")
            _check(answer, path, problems)
        if system.call(asked[0][1], "GET", "/health").status != 200:
            problems.append("/health says that a living process is dead")
        server.start()
    return len(asked)


def _check(answer: Answer, what: str, problems: list[str]) -> None:
    """200, or a 503 that says what it is and when to come back."""
    kind = answer.headers.get("content-type")
    if answer.status == 503:
        if kind != "application/problem+json" or "retry-after" not in answer.headers:
            problems.append(f"{what}: a 503 that says too little: {answer}")
    elif answer.status != 200:
        problems.append(f"{what}: {answer.status}")
