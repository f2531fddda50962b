"""A log line tells what a message is about."""

import logging

logger = logging.getLogger("a_room")


def test_what_is_extra_is_told_behind_the_message() -> None:
    about = {"events": 3, "error": "no\nroute"}
    record = logger.makeRecord(
        "a_room", logging.INFO, "x.py", 1, "%d applied", (3,), None, extra=about
    )
    [stderr] = [each for each in logging.root.handlers if each.name == "stderr"]

    line = stderr.format(record)

    assert line.endswith(r"INFO a_room 3 applied events=3 error='no\nroute'")
