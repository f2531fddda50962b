"""What can go wrong while the stack is brought up."""


class StackError(Exception):
    """The local stack could not be brought up."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class NotInstalled(StackError):
    """A program that the stack needs is not on this machine."""


class PortBusy(StackError):
    """A port is in use by another program."""


class NotReady(StackError):
    """A server or role did not become ready in time."""


class CommandFailed(StackError):
    """A command that prepares the stack failed."""


class AlreadyRunning(StackError):
    """The stack of this folder is already running."""
