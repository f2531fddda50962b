"""Counts what was compared, and shows what differs."""

import sys
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

from tests.sample.expected import Figures

SHOWN = 5  # differences of one report


class Comparison:
    def __init__(self) -> None:
        self._report = ""
        self._range = ""
        self._answers: Counter[str] = Counter()
        self._figures: Counter[str] = Counter()
        self._differences: Counter[str] = Counter()
        self._passed_over: set[str] = set()

    @property
    def count(self) -> int:
        return self._differences.total()

    def begin(self, report: str, of_range: str) -> None:
        self._report, self._range = report, of_range
        self._answers[report] += 1

    def same(self, where: Hashable, expected: Any, told: Any) -> None:
        self._figures[self._report] += 1
        if expected != told:
            self._differ(f"{where}: expected {expected}, told {told}")

    def figures(
        self, where: Hashable, expected: Figures, told: Mapping[str, Any] | None
    ) -> None:
        """Every figure that is expected; what else is told is named in the end."""
        if told is None:
            self._differ(f"{where}: expected {expected}, told nothing")
            return
        for name, value in expected.items():
            if isinstance(value, dict):
                self.figures((where, name), value, told.get(name))
            else:
                self.same((where, name), value, told.get(name, "nothing"))
        unknown = {f"{self._report}: {name}" for name in told.keys() - expected.keys()}
        self._passed_over |= unknown

    def rows(
        self,
        where: Hashable,
        expected: Mapping[Any, Figures],
        told: Mapping[Any, Mapping[str, Any]],
    ) -> None:
        for key in expected.keys() | told.keys():
            if key in expected:
                self.figures((where, key), expected[key], told.get(key))
            else:
                self._differ(f"{where}: nothing expected of {key}, told {told[key]}")

    def _differ(self, text: str) -> None:
        self._differences[self._report] += 1
        if self._differences[self._report] <= SHOWN:
            sys.stdout.write(f"  {self._report}, {self._range}: {text}\n")

    def table(self) -> str:
        lines = [f"{'report':20} {'asked':>8} {'figures':>12} {'differences':>12}"]
        for report, asked in self._answers.items():
            compared, wrong = self._figures[report], self._differences[report]
            lines.append(f"{report:20} {asked:8,} {compared:12,} {wrong:12,}")
        asked, compared = self._answers.total(), self._figures.total()
        lines.append(f"{'all':20} {asked:8,} {compared:12,} {self.count:12,}")
        passed_over = ", ".join(sorted(self._passed_over)) or "nothing"
        return "\n".join([*lines, f"told, but not compared: {passed_over}"])
