"""Making all views anew, and comparing all of them with the orders."""

import time
from collections.abc import Sequence

from bench.context import Bench
from bench.errors import Inexact
from bench.figures import Figure, absolute, ratio
from bench.worker import worker

REPLAY_S = "replay, s"
ROLL_UP_S = "roll-ups alone, s"
RECONCILIATIONS = 3


def rebuild(bench: Bench) -> Sequence[Figure]:
    samples: dict[str, list[float]] = {REPLAY_S: [], ROLL_UP_S: []}
    with worker("rebuild", bench.big.environment) as process:
        process.ask("bare")  # everything is in memory now
        for _ in bench.each_round():
            for sample, word in ((REPLAY_S, "ours"), (ROLL_UP_S, "bare")):
                samples[sample].append(process.ask(word)["seconds"])
    return [ratio("rebuild", REPLAY_S, ROLL_UP_S, samples)]


def reconcile(bench: Bench) -> Sequence[Figure]:
    """The command as a user runs it, its start included."""
    times = []
    system = bench.big
    for number in range(1, RECONCILIATIONS + 1):
        bench.watcher.step(f"round {number} of {RECONCILIATIONS}")
        begun = time.monotonic()
        done = system.reconcile()
        times.append(time.monotonic() - begun)
        if done.returncode:
            raise Inexact(done.stdout + done.stderr)
    return [absolute("reconcile", times)]
