"""The relay and the projector by themselves, and how all fares with much data."""

from collections.abc import Sequence
from contextlib import ExitStack

from bench import seed
from bench.context import Bench
from bench.figures import Figure, ratio
from bench.scenarios.web import WARM_UP_S, get_sales, post_orders
from bench.servers import BIG, SMALL
from bench.worker import Worker, worker

RELAY_EVENTS = 8_000  # a round
BATCHES = 6  # of CONSUMER_BATCH events, a round
BATCH = 1_000
EVENTS_S = "events/s"
PIKA_S = "pika alone, events/s"
SQL_S = "SQL alone, events/s"
SMALL_S, BIG_S = f"{SMALL:,} orders, /s", f"{BIG:,} orders, /s"


def relay(bench: Bench) -> Sequence[Figure]:
    samples: dict[str, list[float]] = {EVENTS_S: [], PIKA_S: []}
    with bench.system("relay") as system:
        count = RELAY_EVENTS * (bench.rounds + 1)
        seed.pending(system.environment, SMALL + 1, SMALL + count)
        bare_url = bench.servers.rabbitmq.add_vhost("bare")
        environment = system.environment
        with worker("relay", environment, bare_url, RELAY_EVENTS) as process:
            for number in bench.each_round():
                names = {EVENTS_S: "ours", PIKA_S: "bare"}
                _ask_each(process, names, samples, turn=number)
        bench.servers.rabbitmq.delete_vhost("bare")
    return [ratio("relay", EVENTS_S, PIKA_S, samples)]


def projector(bench: Bench) -> Sequence[Figure]:
    samples: dict[str, list[float]] = {EVENTS_S: [], SQL_S: []}
    with bench.system("projector") as system:
        count = 2 * BATCHES * BATCH * (bench.rounds + 1)
        seed.pending(system.environment, SMALL + 1, SMALL + count)
        with worker("projector", system.environment, BATCHES) as process:
            process.ask("bare")  # statements are prepared now
            process.ask("ours")
            for number in bench.each_round():
                names = {EVENTS_S: "ours", SQL_S: "bare"}
                _ask_each(process, names, samples, turn=number)
    return [ratio("projector", EVENTS_S, SQL_S, samples)]


def _ask_each(
    process: Worker,
    names: dict[str, str],
    samples: dict[str, list[float]],
    *,
    turn: int,
) -> None:
    """Both in turn: who comes first changes from round to round."""
    for sample, word in sorted(names.items(), reverse=bool(turn % 2)):
        samples[sample].append(process.ask(word)["rate"])


def growth(bench: Bench) -> Sequence[Figure]:
    """Every round measures the small system, then the big one, or the other way."""
    what = ("orders", "reads", "projector")
    samples: dict[str, dict[str, list[float]]] = {
        name: {SMALL_S: [], BIG_S: []} for name in what
    }
    with ExitStack() as stack:
        big = bench.big
        small = stack.enter_context(bench.system("small"))
        stack.callback(big.stop)
        systems = {SMALL_S: small, BIG_S: big}
        events = BATCHES * BATCH * (bench.rounds + 1)
        workers = {}
        for size, system in systems.items():
            stored = SMALL if size == SMALL_S else BIG
            seed.pending(system.environment, stored + 1, stored + events)
            system.start("commands", "queries")
            process = worker("projector", system.environment, BATCHES)
            workers[size] = stack.enter_context(process)
            workers[size].ask("ours")
            post_orders(bench.target_of(system), bench.folder / "products", WARM_UP_S)
            get_sales(bench.target_of(system), WARM_UP_S)
        for number in bench.each_round():
            for size, system in sorted(systems.items(), reverse=bool(number % 2)):
                target = bench.target_of(system)
                rates = {
                    "orders": post_orders(target, target.products, bench.seconds),
                    "reads": get_sales(target, bench.seconds),
                    "projector": workers[size].ask("ours")["rate"],
                }
                for name, rate in rates.items():
                    samples[name][size].append(rate)
        bench.watcher.step("reconcile")
        big.prove()
    return [
        ratio(f"growth, {name}", SMALL_S, BIG_S, found)
        for name, found in samples.items()
    ]
