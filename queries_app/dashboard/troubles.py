"""What went wrong, told to somebody who wants to see figures."""

import logging
from http import HTTPStatus

from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import Http404

from queries_app.dashboard.frame import Trouble
from queries_app.errors import QueryRejected

logger = logging.getLogger(__name__)

DATABASE = (OperationalError, InterfaceError, ProgrammingError)
DOWN = Trouble(
    status=HTTPStatus.SERVICE_UNAVAILABLE,
    title="The figures cannot be read just now.",
    detail="The analytics database does not answer. No order is lost by that.",
    is_temporary=True,
)
FAILED = Trouble(
    status=HTTPStatus.INTERNAL_SERVER_ERROR,
    title="This page failed.",
    detail="The fault is ours, and it is in the log.",
)
NOT_FOUND = Trouble(
    status=HTTPStatus.NOT_FOUND,
    title="There is nothing here.",
    detail="The address leads to no page, or to what has never been sold.",
)


def trouble_of(error: Exception) -> Trouble:
    if isinstance(error, QueryRejected):
        status = HTTPStatus(error.status)
        is_temporary = status == HTTPStatus.SERVICE_UNAVAILABLE
        return Trouble(
            status=status,
            title="Not found." if status == 404 else "This cannot be shown.",
            detail=error.detail,
            is_temporary=is_temporary,
        )
    if isinstance(error, Http404):
        return NOT_FOUND
    if isinstance(error, DATABASE):
        logger.warning("database unavailable", extra={"error": str(error)})
        return DOWN
    logger.error("page failed", exc_info=error)
    return FAILED
