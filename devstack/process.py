"""One child process in a group of its own; its output goes to a file or is prefixed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

COLOURS = (36, 33, 32, 35, 34, 31)  # ANSI foreground codes
GRACE = 5.0  # seconds between asking a process to end and killing it


class Service(Protocol):
    """What can be kept running: a process, or a server made of several."""

    @property
    def name(self) -> str: ...
    @property
    def running(self) -> bool: ...
    def launch(self) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class Process:
    """`log`: a file that takes the output; without it, lines go to our own output."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        log: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        colour: int = 0,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.env = dict(os.environ if env is None else env)
        self.cwd = cwd
        self.log = log
        self.stop_signal = stop_signal
        self.prefix = _prefix(name, colour)
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.log:
            with self.log.open("ab") as output:
                self._spawn(output)
        else:
            child = self._spawn(subprocess.PIPE)
            threading.Thread(
                target=self._show, args=[child.stdout], daemon=True
            ).start()

    launch = start  # there is nothing to wait for

    def _spawn(self, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
        self._child = subprocess.Popen(
            self.command,
            env=self.env,
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the runner alone
        )
        return self._child

    def _show(self, output: IO[bytes]) -> None:
        with output:
            for line in output:
                text = line.decode(errors="replace").rstrip()
                sys.stdout.write(f"{self.prefix}{text}\n")
                sys.stdout.flush()

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def returncode(self) -> int | None:
        return self._child.poll() if self._child else None

    def wait(self, seconds: float | None = None) -> int:
        """The exit status; raises subprocess.TimeoutExpired."""
        if self._child is None:
            raise ValueError(f"{self.name} was never started")
        return self._child.wait(seconds)

    def send_signal(self, number: signal.Signals) -> None:
        if self._child and self.running:
            self._child.send_signal(number)

    def terminate(self) -> None:
        self.send_signal(self.stop_signal)

    def kill(self) -> None:
        """SIGKILL to the whole group, also when its leader has ended already."""
        if self._child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def stop(self, *, grace: float = GRACE) -> None:
        stop_all([self], grace=grace)


def stop_all(services: Iterable[Service], *, grace: float = GRACE) -> None:
    """Ask all of them at once, wait `grace` seconds in all, kill what is left."""
    services = list(services)
    for service in services:
        service.terminate()
    deadline = time.monotonic() + grace
    while any(service.running for service in services):
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    for service in services:
        service.kill()


def _prefix(name: str, colour: int) -> str:
    label = f"{name:<8} | "
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return label
    return f"\033[{COLOURS[colour % len(COLOURS)]}m{label}\033[0m"
