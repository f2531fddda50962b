"""What can keep an experiment from coming to its end."""


class ChaosError(Exception):
    """The experiment could not be made."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class TooLate(ChaosError):
    """What was waited for did not come in time."""


class Unexpected(ChaosError):
    """The system answered what it must not answer."""
