"""A process that does one thing as often as it is asked, and says how long it took."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bench.errors import BenchError
from devstack.folder import ROOT

Answers = Mapping[str, Callable[[], Mapping[str, float]]]


class Worker:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, word: str) -> dict[str, float]:
        assert self._process.stdin  # noqa: S101 (it is a pipe)
        assert self._process.stdout  # noqa: S101
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise BenchError(f"a worker failed at '{word}': see its output above")
        told: dict[str, Any] = json.loads(answer)
        return told


@contextmanager
def worker(
    module: str, environment: Mapping[str, str], *arguments: object
) -> Iterator[Worker]:
    """Runs bench.workers.MODULE; it ends with its standard input."""
    command = [sys.executable, "-m", f"bench.workers.{module}", *map(str, arguments)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
    )
    try:
        yield Worker(process)
    finally:
        process.communicate()


def serve(answers: Answers) -> None:
    """The other side: one word a line in, one line of JSON out."""
    for line in sys.stdin:
        print(json.dumps(answers[line.strip()]()), flush=True)
