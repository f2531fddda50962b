"""Views are rebuilt while orders come in and the rebuild is killed again and again."""

import re
import signal

from chaos.context import Chaos
from chaos.load import Load
from chaos.rebuilding import Reader, replay
from chaos.row import Result
from chaos.system import System

FIGURE = "10 kills under 200 orders/s: never a mixed answer, swap <= 100 ms, identical"
RATE = 200.0  # orders a second
BATCH = 5
LONGEST_SWAP_MS = 100
REPLAY_S = 120.0
# Places of the code at which a rebuild dies; see messaging/failpoints.py.
PLACES = (
    *("replay.begun", "rebuild.opened", "rebuild.view_filled:2", "catch_up.advanced"),
    *("replay.verifying", "replay.verified", "swap.advanced", "swap.locked"),
    *("swap.moved", "swap.recorded", "swap.committed", "rebuild.view_filled:4"),
)
SOURCES = ("ledger", "outbox")


def rebuilds(chaos: Chaos) -> Result:
    """Row 22."""
    kills = chaos.size(3, 10)
    places = chaos.dice.sample(PLACES, kills)
    with chaos.system() as system:
        system.start()
        products = [system.make_product(1, category=f"C{n % 4}") for n in range(20)]
        load = Load(
            system, products, seed=chaos.seed, rate=RATE, batch=BATCH, others=0.0
        )
        reader = Reader(system, products)
        with load.running():
            load.wait_for(chaos.size(100, 20_000), seconds=240)
            reader.start()
            died = [kill(chaos, system, place) for place in places]
            done = [last(chaos, system, source) for source in SOURCES]
            load.wait_for(50)
            reader.stop()
        accounting, violations = chaos.prove(system, load)
    slowest = max(waited for waited, _ in done)
    violations += [*reader.problems, *(problem for _, problem in done if problem)]
    if slowest > LONGEST_SWAP_MS:
        violations.append(f"readers waited {slowest} ms, not {LONGEST_SWAP_MS}")
    figures: dict[str, object] = {
        "kills": kills,
        "died there": sum(died),
        "swap ms": slowest,
        "answers read": reader.looks,
    }
    return Result(figures, accounting, violations)


def kill(chaos: Chaos, system: System, place: str) -> bool:
    """Whether the rebuild died there."""
    chaos.step(f"a rebuild dies at {place}")
    source = chaos.dice.choice(SOURCES)
    code = replay(system, source, FAIL_POINT=place).wait(REPLAY_S)
    return code == -signal.SIGKILL


def last(chaos: Chaos, system: System, source: str) -> tuple[int, str]:
    """A rebuild that is left alone: how many ms readers waited, and what went wrong."""
    chaos.step(f"a rebuild from the {source}")
    code = replay(system, source).wait(REPLAY_S)
    found = re.findall(r"readers waited (\d+) ms", system.log("replay"))
    if code or not found:
        return 0, f"the rebuild ended with {code}: {system.log('replay')[-300:]}"
    return int(found[-1]), ""
