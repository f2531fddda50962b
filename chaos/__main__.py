"""Breaks the system on purpose and proves that nothing is wrong: --help tells how."""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from bench.progress import Watcher, watching
from chaos import report
from chaos.context import Chaos
from chaos.report import Outcome
from chaos.row import Result, Row
from chaos.rows import ROWS
from chaos.servers import Servers
from devstack.own_folder import run_in_own_folder


def main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
    return run_in_own_folder("chaos", partial(run, options), keep_logs=options.logs)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--long", action="store_true", help="the figures of the table")
    parser.add_argument(
        "--row",
        action="append",
        choices=[row.number for row in ROWS],
        help="all unless given",
    )
    parser.add_argument("--seed", type=int, help="repeats the choices of a run")
    parser.add_argument("--seeds", type=int, default=1, help="how many, from --seed on")
    parser.add_argument("--minutes", type=float, default=0.0, help="of the soak")
    parser.add_argument(
        "--keep", action="store_true", help="write the table in docs/reliability.md"
    )
    parser.add_argument("--logs", action="store_true", help="leave the logs in .local")
    options = parser.parse_args(arguments)
    if options.seed is None:
        options.seed = random.randrange(10**6)
    return options


def run(options: argparse.Namespace, folder: Path) -> int:
    rows = [row for row in ROWS if not options.row or row.number in options.row]
    seeds = range(options.seed, options.seed + options.seeds)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"seed {options.seed}" + (f" to {seeds[-1]}" if seeds[1:] else ""))
    outcomes: list[Outcome] = []
    servers = Servers(folder)
    try:
        with watching(len(rows) * len(seeds)) as watcher:
            servers.start()
            for seed in seeds:
                for row in rows:
                    found = experiment(row, seed, servers, options, watcher)
                    outcomes.append(found)
                    console.print(report.line(found), markup=False)
    finally:
        servers.stop()
    report.write(outcomes, long=options.long, keep=options.keep)
    return verdict(outcomes, console)


def experiment(
    row: Row,
    seed: int,
    servers: Servers,
    options: argparse.Namespace,
    watcher: Watcher,
) -> Outcome:
    """Whatever breaks the experiment is a violation of its own."""
    watcher.scenario(f"row {row.number}, {row.name}")
    chaos = Chaos(
        servers=servers,
        row=row.number,
        seed=seed,
        long=options.long,
        folder=servers.directory,
        watcher=watcher,
        minutes=options.minutes,
    )
    begun = time.monotonic()
    try:
        result = row.run(chaos)
    except Exception as error:
        result = Result(violations=[f"it broke off: {error!r}"])
    watcher.done()
    seconds = time.monotonic() - begun
    return report.outcome(row, result, seed=seed, long=options.long, seconds=seconds)


def verdict(outcomes: Sequence[Outcome], console: Console) -> int:
    short = [each for each in outcomes if not each.held]
    for each in short:
        console.print(
            f"row {each.number}, {each.name}, seed {each.seed}, fell short:",
            markup=False,
        )
        for violation in each.violations:
            console.print(f"  {violation}", markup=False)
    console.print(report.totals(outcomes))
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
