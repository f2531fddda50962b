"""Start again what died, later and later while it keeps dying."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from devstack.errors import StackError
from devstack.process import Service

FIRST_PAUSE = 0.5  # seconds before the first restart
LONGEST_PAUSE = 10.0  # seconds
HEALTHY_AFTER = 30.0  # seconds of life after which a service counts as sound again


@dataclass
class _Watch:
    service: Service
    started: float
    pause: float = FIRST_PAUSE
    due: float | None = None  # when to start again


class Supervisor:
    """`tick` is to be called often; it never sleeps."""

    def __init__(
        self,
        services: Sequence[Service],
        *,
        clock: Callable[[], float] = time.monotonic,
        say: Callable[[str], None] = print,
    ) -> None:
        self._clock = clock
        self._say = say
        self._watches = [_Watch(service, clock()) for service in services]

    def tick(self) -> None:
        for watch in self._watches:
            if watch.service.running:
                continue
            if watch.due is None:
                self._plan(watch)
            elif self._clock() >= watch.due:
                self._restart(watch)

    def _plan(self, watch: _Watch) -> None:
        if self._clock() - watch.started > HEALTHY_AFTER:
            watch.pause = FIRST_PAUSE
        watch.due = self._clock() + watch.pause
        self._say(f"{watch.service.name} ended; starting it again in {watch.pause:g} s")
        watch.pause = min(watch.pause * 2, LONGEST_PAUSE)

    def _restart(self, watch: _Watch) -> None:
        watch.due = None
        watch.service.kill()
        try:
            watch.service.launch()
        except StackError as error:
            self._say(f"{watch.service.name}: {error}")
        watch.started = self._clock()
