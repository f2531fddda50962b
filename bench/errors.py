"""What can keep a measurement from being one."""


class BenchError(Exception):
    """The measurement could not be made."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class Inexact(BenchError):
    """The figures differ from the orders after a scenario."""


class Failed(BenchError):
    """Requests failed while they were being measured."""
