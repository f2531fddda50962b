"""What a run tells of a table, or of a part of one."""

from typing import NamedTuple


class Outcome(NamedTuple):
    what: str
    rows: int
    go: int
    size: int  # bytes on disk, before
    stays: str = ""  # what of the old rows, and why; or why all of it does
