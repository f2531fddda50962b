"""Reads order lines from a CSV file with a header."""

import csv
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import TextIO

from commands_app.imports.errors import ImportFailed
from commands_app.imports.rejects import Rejects
from commands_app.imports.row import COLUMNS, Row


def read(path: Path, *, rejects: Rejects) -> Iterator[Row]:
    """Columns may stand in any order; bytes that are not UTF-8 become U+FFFD."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            yield from _rows(file, rejects)
    except (OSError, csv.Error) as error:
        raise ImportFailed(f"cannot read {path}: {error}") from error


def _rows(file: TextIO, rejects: Rejects) -> Iterator[Row]:
    reader = csv.reader(file)
    header = [name.strip() for name in next(reader, [])]
    width = len(header)
    pick = itemgetter(*_positions(header))
    for fields in reader:
        if len(fields) == width:
            yield Row(reader.line_num, *pick(fields))
        elif fields:
            whole = [*fields, *[""] * width][:width]
            row = Row(reader.line_num, *pick(whole))
            rejects.add(row, "not as many fields as the header")


def _positions(header: list[str]) -> list[int]:
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise ImportFailed(f"the header lacks: {', '.join(missing)}")
    return [header.index(name) for name in COLUMNS]
