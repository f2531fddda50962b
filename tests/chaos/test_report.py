"""The table that the harness writes, and its last line."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chaos import report
from chaos.accounting import Accounting
from chaos.report import Outcome
from chaos.row import Result, Row

ROW = Row("7", "broker away", "0 lost", lambda chaos: Result())


def an_outcome(**changes: Any) -> Outcome:
    made = {
        "number": "7",
        "name": "broker away",
        "asked": "0 lost",
        "seed": 1,
        "long": False,
        "at": datetime(2026, 11, 22, tzinfo=UTC),
        "seconds": 2.0,
        "figures": {"kills": "3"},
        "orders": {"attempted": 1000, "lost": 0},
        "violations": [],
    }
    return Outcome(**made | changes)


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "reliability.md"
    path.write_text(f"Before\n{report.BEGIN}old\n{report.END}After\n")
    monkeypatch.setattr(report, "DOCUMENT", path)
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    return path


def test_figures_and_accounting_of_a_row_are_told() -> None:
    result = Result({"kills": 1234, "p99": 0.12345}, Accounting(9, 8, 0, 0, 0, 1))

    found = report.outcome(ROW, result, seed=5, long=True, seconds=1.26)

    assert found.held
    assert found.figures == {"kills": "1,234", "p99": "0.123"}
    assert found.orders["recovered"] == 1
    assert (
        report.line(found) == "   7  broker away: held in 1.3 s; kills 1,234, p99 0.123"
    )


def test_a_row_with_a_violation_fell_short() -> None:
    found = report.outcome(
        ROW, Result(violations=["I3: 1 lost"]), seed=5, long=False, seconds=1
    )

    assert not found.held
    assert "FELL SHORT" in report.line(found)
    assert report.totals([found, an_outcome()]).startswith("1 of 2 rows held")


def test_the_table_stands_between_the_marks_one_line_a_row(document: Path) -> None:
    seeds = [an_outcome(seed=seed) for seed in (1, 2, 3)]
    report.write([*seeds, an_outcome(number="12")], long=False, keep=True)

    lines = document.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("Before", "After")
    assert "old" not in lines
    rows = [line for line in lines if line.startswith(("| 7", "| 12"))]
    assert [row.split(" | ")[0] for row in rows] == ["| 7", "| 12"]
    assert "| 1, 2, 3 |" in rows[0]
    assert rows[0].endswith("| yes |")


def test_one_seed_that_fell_short_is_what_the_table_tells(document: Path) -> None:
    short = an_outcome(seed=2, violations=["I3: 1 orders | lost"])
    report.write([an_outcome(), short, an_outcome(seed=3)], long=False, keep=True)

    assert "| **no: I3: 1 orders / lost** |" in document.read_text()


def test_a_row_run_again_with_a_seed_takes_the_place_of_what_it_found_with_it(
    document: Path,
) -> None:
    report.write([an_outcome(), an_outcome(number="9")], long=True, keep=True)
    report.write([an_outcome(seed=8), an_outcome(number="9")], long=True, keep=True)

    kept = report.read(report.RESULTS / report.LATEST[True])
    assert [(each.number, each.seed) for each in kept] == [("7", 1), ("7", 8), ("9", 1)]
