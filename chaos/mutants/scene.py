"""A system whose roles run from a given tree, and the short proof at its end."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import Any

from chaos.accounting import account
from chaos.answers import Answer
from chaos.context import Chaos
from chaos.invariants import violations
from chaos.load import Load
from chaos.system import System
from chaos.waiting import eventually

PROJECTING = Path(__file__).with_name("projecting.py")
PATIENCE_S = 6.0  # without progress: shorter than the harness has elsewhere
DIES_S = 15.0
ONE_WORKER = {"WEB_WORKERS": "1", "WEB_THREADS": "8"}


class Scene:
    """`found` collects what is wrong."""

    def __init__(self, chaos: Chaos, system: System, tree: Path) -> None:
        self.chaos = chaos
        self.system = system
        self.tree = tree
        self.found: list[str] = []

    def start(self, *names: str, **environment: str) -> None:
        for name in names:
            self.system.launch(name, environment, root=self.tree)
        for name in self.system.ports.keys() & set(names):
            eventually(partial(self.system.answers, name), f"{name} answers")

    def dies(self, name: str, place: str) -> None:
        """Starts a role that ends at the place; it must come there."""
        self.system.launch(name, {"FAIL_POINT": place}, root=self.tree)
        role = self.system.roles[name]
        eventually(lambda: not role.running, f"{name} dies at {place}", DIES_S)

    def project_twice(self) -> None:
        """Two processes of the tree apply the outbox, half of it each."""
        environment = {
            **self.system.environment,
            "PYTHONPATH": str(self.tree),
            "DJANGO_SETTINGS_MODULE": "analytics_project.settings",
        }
        halves = [
            subprocess.Popen(
                [sys.executable, str(PROJECTING), half],
                env=environment,
                cwd=self.tree,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for half in "01"
        ]
        for each in halves:
            if each.stdout:
                each.stdout.readline()  # it is ready
        for each in halves:
            if each.stdin:
                each.stdin.close()
        codes = [each.wait(60) for each in halves]
        self.expect("both projectors end", found=codes, wanted=[0, 0])

    def stop(self, name: str) -> None:
        self.system.stop(name)

    def products(self, count: int = 5, **more: Any) -> list[int]:
        return [self.system.make_product(10, **more) for _ in range(count)]

    def orders(
        self, count: int, products: Sequence[int] = (1,), customer: int = 1
    ) -> None:
        """In one request."""
        items = [{"productId": id_, "quantity": 1} for id_ in products]
        order = {"customerId": customer, "items": items}
        self.send("/api/orders/batch", {"orders": [order] * count})

    def send(self, path: str, body: Any) -> Answer:
        answer = self.system.post(path, body)
        if answer.status != 201:
            self.found.append(f"{answer.status} for {path}: {answer.body}")
        return answer

    def load(self, **options: Any) -> Load:
        products = options.pop("products", None) or self.products()
        return Load(self.system, products, seed=self.chaos.seed, **options)

    def send_again(self, path: str, body: Any, key: Mapping[str, str]) -> None:
        """The answer that is stored by the key, once nobody works on it."""
        answer = self.system.call("commands", "POST", path, body, key)
        self.expect("the stored answer", found=answer.status, wanted=201)

    def expect(self, what: str, *, found: object, wanted: object) -> None:
        if found != wanted:
            self.found.append(f"{what}: {found}, not {wanted}")

    def settled(self) -> bool:
        """Whether all is applied or parked, or else a violation more."""
        left, since = None, time.monotonic()
        while (now := self.system.unapplied()) != 0:
            if now != left:
                left, since = now, time.monotonic()
            if time.monotonic() - since > PATIENCE_S:
                self.found.append(f"I5: {left} events stay unpublished or unapplied")
                return False
            time.sleep(0.02)
        return True

    def prove(self, load: Load | None = None, *, parked: int = 0) -> list[str]:
        """All that is wrong; the checkout's own code does the comparing."""
        if not self.settled():
            return self.found
        self.found += violations(self.system, parked=parked)
        if load:
            told = account(self.system, load)
            if told.lost or told.doubled or told.unexpected:
                self.found.append(f"I3: {told}")
            self.found += islice([*load.problems, *load.witness.problems], 5)
        return self.found


@contextmanager
def scene(chaos: Chaos, tree: Path, **settings: str) -> Iterator[Scene]:
    with chaos.system(**{**ONE_WORKER, **settings}) as system:
        yield Scene(chaos, system, tree)


def together(
    system: System, requests: Sequence[tuple[str, Any, Mapping[str, str]]]
) -> list[Answer]:
    """The answers to requests that are sent at the same time, in any order."""
    answers: list[Answer] = []

    def send(path: str, body: Any, headers: Mapping[str, str]) -> None:
        answers.append(system.call("commands", "POST", path, body, headers))

    threads = [Thread(target=send, args=request) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def statuses(answers: Sequence[Answer]) -> str:
    return json.dumps(sorted(answer.status for answer in answers))
