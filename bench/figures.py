"""A figure: the median of samples, or of the ratios of samples taken in turn."""

from collections.abc import Mapping, Sequence
from statistics import median

import msgspec

from bench.goals import GOALS, Goal

Samples = Mapping[str, Sequence[float]]  # by what they are of, one number a round


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """`beside` are the absolute figures behind it, one number a round."""

    name: str
    value: float
    unit: str
    beside: Samples
    judged: bool = True  # by its goal; else only shown

    @property
    def goal(self) -> Goal | None:
        return GOALS.get(self.name) if self.judged else None

    @property
    def reaches_floor(self) -> bool:
        return self.goal is None or self.goal.reaches(self.value, self.goal.floor)

    @property
    def reaches_aim(self) -> bool:
        return self.goal is None or self.goal.reaches(self.value, self.goal.aim)


def ratio(
    name: str, above: str, below: str, samples: Samples, *, judged: bool = True
) -> Figure:
    """The median of the rounds' ratios; of the rates above where nothing is below."""
    if not samples[below]:
        rates = {above: samples[above]}
        return absolute(name, samples[above], unit=above, judged=False, beside=rates)
    pairs = zip(samples[above], samples[below], strict=True)
    return Figure(
        name=name,
        value=median(upper / lower for upper, lower in pairs),
        unit=GOALS[name].unit if name in GOALS else "",
        beside={above: samples[above], below: samples[below]},
        judged=judged,
    )


def absolute(
    name: str,
    samples: Sequence[float],
    *,
    unit: str | None = None,
    judged: bool = True,
    beside: Samples | None = None,
) -> Figure:
    """The median of the samples."""
    unit = GOALS[name].unit if unit is None else unit
    return Figure(
        name=name,
        value=median(samples),
        unit=unit,
        beside=beside or {unit: samples},
        judged=judged,
    )


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that so many percent of all do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, -int(-len(ordered) * percent // 100) - 1)]
