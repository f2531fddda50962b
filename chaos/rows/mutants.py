"""Can the harness see? Bugs are planted in a copy of the code; each must be found."""

import shutil
import time
from collections.abc import Sequence
from itertools import groupby

from chaos.context import Chaos
from chaos.mutants.mutant import Mutant, Stale, Workload, copied, plant
from chaos.mutants.planted import MUTANTS
from chaos.row import Result

FIGURE = "at least 20 planted bugs, all caught, each within 60 s"
LIMIT_S = 60.0


def mutants(chaos: Chaos) -> Result:
    """Row 4: a single one in the sample, all in the long run.

    Its workload has to pass on the code as it stands, else it would prove nothing. A
    bug that shows by luck alone may take it more than one try.
    """
    return hunt(chaos, MUTANTS if chaos.long else [chaos.dice.choice(MUTANTS)])


def hunt(chaos: Chaos, chosen: Sequence[Mutant]) -> Result:
    result = Result()
    caught: list[float] = []
    for workload, each_with_it in groupby(sorted(chosen, key=_workload), _workload):
        same = list(each_with_it)
        if found := try_on(chaos, same[0].workload):
            result.violations.append(f"{workload} fails without a mutant: {found[0]}")
        for mutant in same:
            begun = time.monotonic()
            chaos.step(f"mutant: {mutant.name}")
            found = []
            while not found and time.monotonic() - begun < LIMIT_S:
                found = try_on(chaos, mutant.workload, mutant)
            seconds = time.monotonic() - begun
            if found and seconds <= LIMIT_S:
                caught.append(seconds)
            else:
                result.violations.append(told(mutant, found, seconds))
    result.figures = {
        "mutants": len(chosen),
        "caught": len(caught),
        "slowest s": max(caught, default=0.0),
        "of": len(MUTANTS),
    }
    return result


def try_on(chaos: Chaos, workload: Workload, mutant: Mutant | None = None) -> list[str]:
    """What the workload finds wrong of a copy of the code."""
    tree = chaos.folder / "tree"
    try:
        copied(tree)
        if mutant:
            plant(mutant, tree)
        else:
            chaos.step(f"without a mutant: {workload.__name__}")
        return workload(chaos, tree)
    except Stale:
        raise
    except Exception as error:  # what must come did not come
        return [f"it broke off: {error!r}"]
    finally:
        shutil.rmtree(tree, ignore_errors=True)


def told(mutant: Mutant, found: Sequence[str], seconds: float) -> str:
    fate = f"caught after {seconds:.0f} s" if found else "not caught"
    return f"{mutant.name} ({mutant.breaks}): {fate}"


def _workload(mutant: Mutant) -> str:
    return mutant.workload.__name__
