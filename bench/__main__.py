"""Measures: python -m bench --help."""

import argparse
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from bench import report
from bench.context import HOT_PRODUCTS, Bench
from bench.errors import BenchError
from bench.figures import Figure
from bench.progress import Watcher, watching
from bench.scenarios import SCENARIOS
from bench.servers import PRODUCTS
from bench.target import Link, Target, make_product, write_ids
from devstack.own_folder import run_in_own_folder

ROUNDS = 5
SECONDS = 2  # of load a round


def main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
    return run_in_own_folder("bench", partial(measure, options), errors=(BenchError,))


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--scenario", action="append", choices=SCENARIOS, help="all unless given"
    )
    parser.add_argument("--command-url", help="measure what answers there instead")
    parser.add_argument("--query-url", help="belongs to --command-url")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of load a round")
    parser.add_argument(
        "--keep", action="store_true", help="write bench/results/latest.json"
    )
    options = parser.parse_args(arguments)
    if bool(options.command_url) != bool(options.query_url):
        parser.error("--command-url and --query-url belong together")
    chosen = options.scenario or list(SCENARIOS)
    options.scenario = [
        name
        for name in SCENARIOS
        if name in chosen and (SCENARIOS[name].over_http or not options.command_url)
    ]
    return options


def measure(options: argparse.Namespace, folder: Path) -> int:
    begun = time.monotonic()
    figures: list[Figure] = []
    with watching(len(options.scenario)) as watcher:
        bench = Bench(
            watcher=watcher,
            rounds=options.rounds,
            seconds=options.seconds,
            folder=folder,
            given=given(options, folder, watcher),
        )
        try:
            for name in options.scenario:
                watcher.scenario(name)
                figures += SCENARIOS[name].run(bench)
                watcher.done()
            servers = "" if bench.given else bench.servers.versions()
        finally:
            bench.stop()
    run = report.describe(figures, servers=servers, seconds=time.monotonic() - begun)
    path = report.write(run, latest=options.keep)
    Console(width=None if sys.stdout.isatty() else 160).print(report.table(figures))
    print(f"{run.seconds:.0f} s on {run.cores} cores; {path}")
    return verdict(figures)


def given(options: argparse.Namespace, folder: Path, watcher: Watcher) -> Target | None:
    """Somebody's system, with products made for it over HTTP."""
    if not options.command_url:
        return None
    watcher.step(f"making {PRODUCTS:,} products")
    link = Link(options.command_url)
    ids = [make_product(link, number) for number in range(PRODUCTS)]
    link.close()
    return Target(
        options.command_url.rstrip("/"),
        options.query_url.rstrip("/"),
        write_ids(folder / "products", ids),
        write_ids(folder / "hot", ids[:HOT_PRODUCTS]),
    )


def verdict(figures: Sequence[Figure]) -> int:
    missed = [figure for figure in figures if not figure.reaches_floor]
    for figure in missed:
        assert figure.goal  # noqa: S101 (else there is nothing to miss)
        value = report.number(figure.value, figure.unit)
        print(f"floor not reached: {figure.name}: {value}, not {figure.goal.floor:,g}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
