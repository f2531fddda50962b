"""What can go wrong while events are projected, and whose fault it is."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, InterfaceError, OperationalError
from psycopg.errors import QueryCanceled

# Classes of SQLSTATE that blame the data of the event: data exception, integrity
# violation, cardinality violation, program limit exceeded (a key too long to index).
# All others blame the database or its schema, and no event is parked for those.
_BLAMES_THE_EVENT = {"21", "22", "23", "54"}


class ProjectionError(Exception):
    """An event could not be projected."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class Transient(ProjectionError):
    """The read database cannot take the events now; try the same ones again."""


class TooSlow(Transient):
    """A statement ran out of its time; fewer events at once may fit."""


class InconsistentEvent(ProjectionError):
    """The event contradicts itself; it can never be applied."""


class KilledProcess(ProjectionError):
    """The process ended each time while it applied this message."""


class DeadLettered(ProjectionError):
    """The broker gave up on this message by itself."""


class NotParked(ProjectionError):
    """No message of this number is parked."""


class NoReason(ProjectionError):
    """Say why it is given up: the reason is kept for the record."""


class ReplayRunning(ProjectionError):
    """Another replay is running."""


class ReplayCancelled(ProjectionError):
    """The replay was cancelled; the live tables are as they were."""


class NoReplay(ProjectionError):
    """No replay is running."""


class ReplayAborted(ProjectionError):
    """The replay was given up; the live tables are as they were."""


def is_transient(error: Error) -> bool:
    state: str | None = getattr(error.__cause__, "sqlstate", None)
    if state is None:  # raised by the driver: the connection, or a bad value
        return isinstance(error, OperationalError | InterfaceError)
    return state[:2] not in _BLAMES_THE_EVENT


@contextmanager
def transient_errors() -> Iterator[None]:
    """Raises Transient for a database error that is no fault of the event."""
    try:
        yield
    except Error as error:
        if is_transient(error):
            slow = isinstance(error.__cause__, QueryCanceled)
            kind = TooSlow if slow else Transient
            raise kind(str(error).strip().partition("\n")[0]) from error
        raise
