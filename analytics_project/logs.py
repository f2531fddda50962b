"""Log lines that end in what was given as `extra`."""

import logging

OWN = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


class Formatter(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (theirs)
        extra = (f" {name}={value!r}" for name, value in fields(record).items())
        return super().formatMessage(record) + "".join(extra)


def fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in OWN}
