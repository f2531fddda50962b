"""Turn the signals that end the runner into one KeyboardInterrupt."""

import signal
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 130  # the status that a shell reports after Ctrl-C


def interrupt_once() -> None:
    """Later ones are ignored, so that nothing interrupts the stopping."""
    for number in ENDING:
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt
