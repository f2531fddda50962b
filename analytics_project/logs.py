"""Log lines: for people a message and what was given as `extra`, or JSON objects."""

import json
import logging
import sys
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from traceback import format_tb
from typing import Any

import msgspec

# `request` comes from Django: it holds the query string, and more.
OWN = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "request"}
NOTHING: Mapping[str, str] = {}

# What all lines of a thread are about: the ids of the request at work.
about: ContextVar[Mapping[str, str]] = ContextVar("about", default=NOTHING)

logger = logging.getLogger(__name__)
_encode = msgspec.json.Encoder(enc_hook=str).encode


class Line(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (theirs)
        extra = (f" {name}={value!r}" for name, value in fields(record).items())
        return super().formatMessage(record) + "".join(extra)


class Json(logging.Formatter):
    """One object a line, as docs/reference/logs.md has it."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        base = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "process": self._process,
            "pid": record.process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        told = {**base, **about.get(), **fields(record), **base}
        if record.exc_info and (error := record.exc_info[1]):
            told["exception"] = chain(error)
        try:
            return _encode(told).decode()
        except UnicodeEncodeError:  # lone surrogates, which JSON can escape
            return json.dumps(told, default=str)


def fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in OWN}


def chain(error: BaseException | None) -> str:
    """The error and those before it: where each was raised, and what it said first.

    A database tells of the row that it refuses, with all that is in it, further down.
    """
    told: list[str] = []
    while error:
        first = str(error).partition("\n")[0]
        told += [f"{type(error).__name__}: {first}\n", *format_tb(error.__traceback__)]
        error = error.__cause__ or error.__context__
    return "".join(told)


def take_all() -> None:
    """Also what Python itself would tell: errors that nobody caught, warnings."""

    def ended(kind: Any, error: Any, way: Any) -> None:
        logger.critical("ended by an error", exc_info=(kind, error, way))

    sys.excepthook = ended
    threading.excepthook = lambda thrown: ended(
        thrown.exc_type, thrown.exc_value, thrown.exc_traceback
    )
    logging.captureWarnings(capture=True)
