"""What can go wrong on the wire."""


class MessagingError(Exception):
    """The wire failed."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class BrokerUnavailable(MessagingError):
    """The broker cannot be reached, refuses, or stopped answering."""


class DecodeError(MessagingError):
    """The bytes are no event of ours."""


class UnknownEvent(DecodeError):
    """A well-formed event whose type or version is not known here."""
