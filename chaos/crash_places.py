"""Where a role can be killed: places that the code names, and system calls."""

import re
import shutil
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from chaos.errors import ChaosError
from devstack.debian import fetch
from devstack.folder import LOCAL, ROOT

HITS = range(1, 6)
CALL_NAMES = ("sendto", "recvfrom")
REPLAY = "replay"
ROOMS = ("commands_app", "messaging", "projections_app")
# The role that comes to the places of a module; "publisher" is the relay's, and so on.
ROLE_OF = {
    "relay": ("relay", "publisher", "amqp"),
    "consumer": (
        *("consumer", "subscriber", "redelivery", "projector", "dead_letters"),
        "amqp",
    ),
    "commands": (
        *("orders", "idempotency", "views", "cancellations", "refunds", "products"),
    ),
    REPLAY: ("replay", "rebuild", "catch_up", "swap"),
}
# What a process comes to once or twice, when it begins or ends; all else goes on.
SELDOM = {
    **dict.fromkeys(("relay.connected", "subscriber.consuming"), 1),
    **dict.fromkeys(("consumer.parked", "dead_letters.written"), 1),
    **dict.fromkeys(("redelivery.counted", "consumer.counted"), 1),
    **dict.fromkeys(("amqp.exchange_declared", "amqp.queue_declared"), 2),
    "rebuild.view_filled": 4,
}
STRACE_HINT = "no strace: install it (Debian: apt install strace)"
STRACE_CACHE = LOCAL / "strace-programs"


class Crash(NamedTuple):
    """Where a role is to die: at a named place, or at a system call."""

    role: str
    place: str
    hit: int
    is_call: bool

    def __str__(self) -> str:
        return f"{self.role} at {self.place}:{self.hit}"


def named_places() -> Iterator[Crash]:
    for name, hit in product(all_places(), HITS):
        module, _, _ = name.partition(".")
        for role, modules in ROLE_OF.items():
            most = SELDOM.get(name, 1 if role == REPLAY else HITS[-1])
            if module in modules and hit <= most:
                yield Crash(role, name, hit, is_call=False)


@cache
def all_places() -> list[str]:
    """As the code has them; each name stands there once."""
    text = "".join(
        path.read_text()
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    )
    return re.findall(r'fail_point\("([a-z_.]+)"\)', text)


def system_calls(most: int) -> Iterator[Crash]:
    numbers = range(1, most + 1)
    for role, call, number in product(("relay", "consumer"), CALL_NAMES, numbers):
        yield Crash(role, call, number, is_call=True)


def traced(crash: Crash) -> list[str]:
    """Without --seccomp-bpf: strace 6.1 then forgets to inject signals."""
    inject = f"inject={crash.place}:signal=KILL:when={crash.hit}"
    trace = ["-e", f"trace={crash.place}", "-e", inject]
    return [strace(), "-f", "-qq", "-o", "/dev/null", *trace]


@cache
def strace() -> str:
    """An installed one, else Debian's package unpacked in the folder."""
    if found := shutil.which("strace"):
        return found
    if not STRACE_CACHE.exists():
        fetch("strace", into=STRACE_CACHE, keep=("strace",), hint=STRACE_HINT)
    program: Path = STRACE_CACHE / "usr/bin/strace"
    if not program.exists():
        raise ChaosError(STRACE_HINT)
    return str(program)
