"""The lines that are not imported: a CSV file to mend, and a count by reason."""

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from commands_app.imports.errors import ImportFailed
from commands_app.imports.row import COLUMNS, Row


class _Writer(Protocol):
    def writerow(self, row: list[object], /) -> object: ...


class Rejects:
    """Its file has the columns of the input, so that it can be imported once mended."""

    def __init__(self, writer: _Writer) -> None:
        self._writer = writer
        self.reasons: Counter[str] = Counter()
        writer.writerow(["line", "reason", *COLUMNS])

    def add(self, row: Row, reason: str) -> None:
        self.reasons[reason] += 1
        self._writer.writerow([row.number, reason, *row[1:]])


@contextmanager
def rejects_file(path: Path) -> Iterator[Rejects]:
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise ImportFailed(f"cannot write the rejects to {path}: {error}") from error
    with file:
        yield Rejects(csv.writer(file))
