"""One thing that was looked at, and how it is."""

from enum import StrEnum
from typing import Any

import msgspec

HOW_TO = "docs/how-to"
RECOVER = f"{HOW_TO}/recover.md"
DATABASES = f"{RECOVER}#the-databases"
BROKER = f"{RECOVER}#the-broker"
DEAD_LETTERS = f"{HOW_TO}/inspect-dead-letters.md"
REPLAY = f"{HOW_TO}/replay.md#after-a-kill"
RUN = f"{HOW_TO}/run.md"


class State(StrEnum):
    WELL = "well"
    WRONG = "wrong"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`said` is for people, `figures` are for machines."""

    part: str
    state: State
    said: str
    figures: dict[str, Any] = {}
    page: str | None = None  # of the documentation; None where all is well


def well(part: str, said: str, **figures: Any) -> Finding:
    return Finding(part=part, state=State.WELL, said=said, figures=figures)


def wrong(part: str, said: str, *, page: str, **figures: Any) -> Finding:
    return Finding(part=part, state=State.WRONG, said=said, figures=figures, page=page)


def judged(
    part: str, said: str, *, is_well: bool, page: str, **figures: Any
) -> Finding:
    if is_well:
        return well(part, said, **figures)
    return wrong(part, said, page=page, **figures)
