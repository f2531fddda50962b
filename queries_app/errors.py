"""What a question can be refused for; every error says its HTTP status."""

from collections.abc import Mapping
from http import HTTPStatus


class QueryRejected(Exception):
    """The question cannot be answered."""

    status: int = HTTPStatus.BAD_REQUEST

    def __init__(self, detail: str | None = None, **extra: object) -> None:
        self.detail = detail or self.__doc__ or ""
        self.title = HTTPStatus(self.status).phrase
        self.extra: Mapping[str, object] = extra
        super().__init__(self.detail)


class InvalidParameter(QueryRejected):
    """A parameter does not have the form that it must have."""

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(f"{parameter}: {detail}", parameter=parameter)


class NotSold(QueryRejected):
    """Nothing of the kind was ever sold."""

    status = HTTPStatus.NOT_FOUND


class NotAppliedYet(QueryRejected):
    """The event has not been applied in time; ask again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class EventParked(NotAppliedYet):
    """The event could not be applied and is parked; an operator has to settle it."""


class TooManyWaiting(NotAppliedYet):
    """Too many requests are waiting for their events already; ask again."""


class TooManyExports(QueryRejected):
    """As many files are being written as this process can; ask again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
