"""Both OpenAPI documents, as schemathesis asks them: no 500, no HTML, no other answer.

    HOSTILE_CASES=20000 HOSTILE_SEED=7 python -m pytest tests/hostile

sends so many generated requests to each role; what is found is told as a curl command.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chaos.system import System
from devstack.folder import ROOT

CASES = int(os.environ.get("HOSTILE_CASES", "0"))  # for each role; 0: a sample
SEED = os.environ.get("HOSTILE_SEED", "1")
ASKED = {"commands": 6, "queries": 15}  # operations that take enough to vary
PROGRAM = Path(sys.executable).parent / "schemathesis"
CONFIG = Path(__file__).parent / "schemathesis.toml"
SENT = re.compile(r"(\d+) generated")

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120 + CASES)]


def options(role: str) -> list[str]:
    if not CASES:
        return ["--phases=fuzzing"]
    return [f"--max-examples={CASES // ASKED[role]}"]


@pytest.mark.parametrize("role", ["commands", "queries"])
def test_every_answer_is_one_that_is_described(web: System, role: str) -> None:
    address = f"http://127.0.0.1:{web.ports[role]}/api/openapi.json"
    command = [PROGRAM, f"--config-file={CONFIG}", "run", address, f"--seed={SEED}"]

    done = subprocess.run(
        [*command, "--no-color", *options(role)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )

    print(done.stdout)
    assert done.returncode == 0, done.stdout
    found = SENT.search(done.stdout)
    assert found
    assert int(found[1]) >= CASES
    assert "Traceback" not in web.log(role)
