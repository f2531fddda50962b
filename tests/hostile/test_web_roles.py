"""The real web roles and those who mean harm: generated requests, and slow clients.

Both are samples here; docs/security.md says how they run at length.
"""

import os
import re
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import pytest

from chaos.system import System
from devstack.folder import ROOT
from tests.hostile import slow

CASES = int(os.environ.get("HOSTILE_CASES", "0"))  # for each role; 0: a sample
SEED = int(os.environ.get("HOSTILE_SEED", "1"))
PROGRAM = Path(sys.executable).parent / "schemathesis"
CONFIG = Path(__file__).parent / "schemathesis.toml"
SENT = re.compile(r"(\d+) generated")
CROWD = 500 if CASES else 60  # slow clients, many more than there are threads
SECONDS = 20 if CASES else 1  # of asking beside them
PATIENCE_S = 5

pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(120 + CASES),
    pytest.mark.django_db(databases=["default", "read"]),
]


@pytest.mark.parametrize("role", ["commands", "queries"])
def test_every_answer_is_one_that_is_described(web: System, role: str) -> None:
    """Many small rounds: in a long one schemathesis makes ever longer requests."""
    sent = asked(
        web.ports[role], SEED, ["coverage", "fuzzing"] if CASES else ["fuzzing"]
    )
    for seed in count(SEED + 1):
        print(f"{role}: {sent:,} of {CASES:,} requests")  # noqa: T201 (pytest -s)
        if sent >= CASES:
            break
        sent += asked(web.ports[role], seed, ["fuzzing"])

    assert "Traceback" not in web.log(role)


def asked(port: int, seed: int, phases: list[str]) -> int:
    """How many requests were sent; each answer was one that is described."""
    done = subprocess.run(
        [
            *(PROGRAM, f"--config-file={CONFIG}", "run", "--no-color"),
            *(f"--seed={seed}", f"--phases={','.join(phases)}"),
            *(["--max-examples=50"] if CASES else []),
            f"http://127.0.0.1:{port}/api/openapi.json",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    found = SENT.search(done.stdout)
    assert done.returncode == 0, done.stdout
    assert found, done.stdout
    return int(found[1])


@pytest.mark.parametrize(
    "kinds",
    [slow.ARRIVING, slow.LONG, slow.READING],
    ids=["arriving", "long", "reading"],
)
def test_slow_clients_take_no_answer_from_the_others(
    web: System, kinds: dict[str, slow.Kind]
) -> None:
    times = []
    with slow.clients(web.ports["commands"], CROWD, [*kinds.values()]):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            begun = time.monotonic()
            assert web.call("commands", "GET", "/health/ready").status == 200
            times.append(time.monotonic() - begun)
            time.sleep(0.02)

    told = [f"{1000 * times_at(times, part):.0f}" for part in (0.5, 0.99, 1)]
    print(f"{CROWD} slow, {len(times)} answers, {' / '.join(told)} ms")  # noqa: T201
    assert max(times) < PATIENCE_S
    assert web.log("commands").count("Booting worker") == 2, "none had to be replaced"


def times_at(times: list[float], part: float) -> float:
    return sorted(times)[int(part * (len(times) - 1))]
