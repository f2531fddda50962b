"""A figure: the median of samples, or of the ratios of samples taken in turn."""

from collections.abc import Mapping, Sequence
from statistics import median

import msgspec

from bench.goals import GOALS, Goal


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """`beside` are the absolute figures behind it, one number a round."""

    name: str
    value: float
    beside: Mapping[str, Sequence[float]]
    note: str = ""

    @property
    def goal(self) -> Goal:
        return GOALS[self.name]

    @property
    def reaches_floor(self) -> bool:
        return self.goal.reaches(self.value, self.goal.floor)

    @property
    def reaches_aim(self) -> bool:
        return self.goal.reaches(self.value, self.goal.aim)


def ratio(
    name: str,
    numerators: tuple[str, Sequence[float]],
    denominators: tuple[str, Sequence[float]],
    *,
    note: str = "",
) -> Figure:
    """The median of the ratios of each round."""
    pairs = zip(numerators[1], denominators[1], strict=True)
    return Figure(
        name=name,
        value=median(above / below for above, below in pairs),
        beside=dict([numerators, denominators]),
        note=note,
    )


def absolute(
    name: str,
    samples: tuple[str, Sequence[float]],
    *,
    note: str = "",
    **more: Sequence[float],
) -> Figure:
    return Figure(
        name=name,
        value=median(samples[1]),
        beside={samples[0]: samples[1], **more},
        note=note,
    )


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that so many percent of all do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, -int(-len(ordered) * percent // 100) - 1)]
