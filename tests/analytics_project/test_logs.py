"""A log line tells what a message is about, in words or as one JSON object."""

import json
import logging
import logging.config
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError

from analytics_project import logs
from analytics_project.management.commands.run_web import GRANIAN_LOG
from commands_app.models import Product

logger = logging.getLogger("a_room")


def record(message: str, *values: object, **extra: object) -> logging.LogRecord:
    return logger.makeRecord(
        "a_room", logging.INFO, "x.py", 1, message, values, None, extra=extra
    )


def as_json(record: logging.LogRecord) -> dict[str, Any]:
    line = logs.Json("a_process").format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert isinstance(told, dict)
    return told


@pytest.fixture
def everything() -> Iterator[list[logging.LogRecord]]:
    """What is logged after `take_all`, which is taken back."""
    told: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = told.append  # type: ignore[method-assign]
    before = sys.excepthook, threading.excepthook
    logging.root.addHandler(handler)
    logs.take_all()
    try:
        yield told
    finally:
        sys.excepthook, threading.excepthook = before
        logging.captureWarnings(capture=False)
        logging.root.removeHandler(handler)


def test_what_is_extra_is_told_behind_the_message() -> None:
    [stderr] = [each for each in logging.root.handlers if each.name == "stderr"]

    line = stderr.format(record("%d applied", 3, events=3, error="no\nroute"))

    assert line.endswith(r"INFO a_room 3 applied events=3 error='no\nroute'")


def test_a_json_line_has_the_same_members_in_front() -> None:
    told = as_json(record("%d applied", 3, events=3, level="mine", error="no\nroute"))

    assert list(told)[:6] == ["time", "level", "process", "pid", "logger", "message"]
    assert told["level"] == "INFO"
    assert (told["process"], told["logger"]) == ("a_process", "a_room")
    assert (told["message"], told["events"]) == ("3 applied", 3)
    assert told["error"] == "no\nroute"


@pytest.mark.parametrize("odd", ["\ud800", object(), float("nan"), {1, 2}, b"\xff"])
def test_nothing_is_too_odd_to_be_told(odd: object) -> None:
    assert "odd" in as_json(record("x", odd=odd))
    assert as_json(record("an odd one: %s", odd))["message"].startswith("an odd one")


def test_an_error_is_told_without_the_row_that_was_refused() -> None:
    name = "Poi" + "rot"
    with pytest.raises(IntegrityError, match=name) as caught:
        Product.objects.create(name=name, category="x", price=-1)
    refused = record("failed")
    refused.exc_info = (caught.type, caught.value, caught.tb)

    told = as_json(refused)["exception"]

    assert name not in told
    assert "IntegrityError: new row" in told
    assert "CheckViolation: new row" in told
    assert "in test_an_error_is_told" in told


def test_what_nobody_caught_and_warnings_are_lines_too(
    everything: list[logging.LogRecord],
) -> None:
    error = ValueError("boom")
    sys.excepthook(ValueError, error, None)
    thread = threading.Thread(target=lambda: [].pop())
    thread.start()
    thread.join()
    warnings.showwarning("old", DeprecationWarning, "x.py", 1)

    ended, in_thread, warning = map(as_json, everything)
    assert (ended["level"], ended["exception"]) == ("CRITICAL", "ValueError: boom\n")
    assert in_thread["exception"].startswith("IndexError: pop from empty list")
    assert warning["logger"] == "py.warnings"


def test_granian_is_given_the_same_form() -> None:
    config = json.loads(GRANIAN_LOG.read_text())

    for formatter in config["formatters"].values():
        made = logging.config.DictConfigurator({}).configure_formatter(formatter)
        assert json.loads(made.format(record("x")))["process"] == "queries"
