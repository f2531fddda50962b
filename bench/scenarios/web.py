"""What the two web roles answer under load, beside the least that could be done."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import pgbench, wrk
from bench.context import Bench
from bench.figures import Figure, absolute, ratio
from bench.servers import PRODUCTS
from bench.system import System
from bench.target import Target
from devstack.ports import free_port, is_free
from devstack.roles import ROLES, is_healthy, manage
from devstack.waiting import wait_until

CONNECTIONS = 16
BULK_CONNECTIONS = 4
BULK_ORDERS = 500
BULK_LINES = 3
ORDERS_S = "orders/s"
PGBENCH_S = "pgbench, orders/s"
HOT_S = "50 products, orders/s"
READS_S = "reads/s"
BARE_S = "bare view, answers/s"
GRANIAN_S = "granian, reads/s"
WARM_UP_S = 1


def post_orders(target: Target, products: Path, seconds: int) -> float:
    url = f"{target.command_url}/api/orders"
    arguments = (products, pgbench.MOST_LINES, 0)
    return wrk.run(
        "orders", url, seconds=seconds, connections=CONNECTIONS, arguments=arguments
    ).rate


def get_sales(target: Target, seconds: int) -> float:
    return wrk.run(
        "reads",
        target.query_url,
        seconds=seconds,
        connections=CONNECTIONS,
        arguments=[target.products],
    ).rate


def orders(bench: Bench) -> Sequence[Figure]:
    samples: dict[str, list[float]] = {ORDERS_S: [], PGBENCH_S: [], HOT_S: []}
    with ExitStack() as stack:
        yardstick = None if bench.given else stack.enter_context(pgbench_rate(bench))
        target = stack.enter_context(bench.target("orders", "commands"))
        post_orders(target, target.products, WARM_UP_S)
        for _ in bench.each_round():
            if yardstick:
                samples[PGBENCH_S].append(yardstick())
            spread, hot = target.products, target.hot_products
            samples[ORDERS_S].append(post_orders(target, spread, bench.seconds))
            samples[HOT_S].append(post_orders(target, hot, bench.seconds))
    return [
        ratio("orders", ORDERS_S, PGBENCH_S, samples),
        ratio("orders, hot", HOT_S, ORDERS_S, samples, judged=not bench.given),
    ]


@contextmanager
def pgbench_rate(bench: Bench) -> Iterator[Callable[[], float]]:
    """Measures pgbench on a copy of the same databases."""
    environment = bench.servers.fresh("pgbench")
    scripts = pgbench.write_scripts(bench.folder, environment, products=PRODUCTS)
    binaries = bench.servers.postgres.binaries
    url = environment["DATABASE_URL"]
    yield lambda: pgbench.rate(binaries, url, scripts, seconds=bench.seconds)
    bench.servers.drop("pgbench")


def bulk(bench: Bench) -> Sequence[Figure]:
    rates = []
    with bench.target("bulk", "commands") as target:
        for _ in bench.each_round():
            load = wrk.run(
                "orders",
                f"{target.command_url}/api/orders/batch",
                seconds=bench.seconds,
                connections=BULK_CONNECTIONS,
                arguments=(target.products, BULK_LINES, BULK_ORDERS),
            )
            rates.append(load.rate * BULK_ORDERS)
    return [absolute("bulk", rates, judged=not bench.given)]


def reads(bench: Bench) -> Sequence[Figure]:
    samples: dict[str, list[float]] = {READS_S: [], BARE_S: [], GRANIAN_S: []}
    if bench.given:
        for _ in bench.each_round():
            samples[READS_S].append(get_sales(bench.given, bench.seconds))
        return [ratio("reads", READS_S, BARE_S, samples)]
    with (
        bench.system("reads", "queries") as system,
        bare_view(system) as address,
        granian(system) as other_address,
    ):
        target = bench.target_of(system)
        other = target._replace(query_url=other_address)
        get_sales(target, WARM_UP_S)
        for _ in bench.each_round():
            samples[BARE_S].append(_get_nothing(address, bench.seconds))
            samples[READS_S].append(get_sales(target, bench.seconds))
            samples[GRANIAN_S].append(get_sales(other, bench.seconds))
    return [
        ratio("reads", READS_S, BARE_S, samples),
        ratio("reads, granian", GRANIAN_S, READS_S, samples, judged=False),
    ]


def _get_nothing(address: str, seconds: int) -> float:
    return wrk.run("bare", address, seconds=seconds, connections=CONNECTIONS).rate


@contextmanager
def granian(system: System) -> Iterator[str]:
    """The address of the query role on the other server that it may have."""
    port = free_port()
    settings = {"QUERY_SERVER": "granian", "QUERY_SERVICE_PORT": str(port)}
    system.start_as("granian", manage(*ROLES["queries"]), **settings)
    address = f"http://127.0.0.1:{port}"
    wait_until(lambda: is_healthy(address), seconds=20, what="granian")
    yield address
    system.stop("granian")


@contextmanager
def bare_view(system: System) -> Iterator[str]:
    """The address of a view that answers `{}`, on the query role's own gunicorn."""
    port = free_port()
    command_line = Path(f"/proc/{system.roles['queries'].pid}/cmdline")
    *options, _ = command_line.read_text().rstrip("\0").split("\0")
    bind = f"--bind=127.0.0.1:{port}"
    command = [bind if each.startswith("--bind=") else each for each in options]
    system.start_as("bare", [*command, "bench.workers.bare_web:application"])
    wait_until(lambda: not is_free(port), seconds=20, what="the bare view")
    yield f"http://127.0.0.1:{port}/"
    system.stop("bare")
