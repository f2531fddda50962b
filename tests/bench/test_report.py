"""The file that a run leaves behind, and the charts drawn from it."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench import charts, report
from bench.figures import Figure, absolute, ratio

FIGURES = [
    ratio("orders", "ours", "theirs", {"ours": [300.0], "theirs": [600.0]}),
    absolute("drain", [2000.0]),
]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> report.Run:
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    monkeypatch.setattr(charts, "FOLDER", tmp_path / "charts")
    return report.describe(FIGURES, servers="PostgreSQL 18", seconds=5)


def test_a_run_is_read_back_as_it_was_written(run: report.Run) -> None:
    path = report.write(run, latest=True)
    assert report.read(path) == run


def test_only_a_run_that_is_to_be_kept_is_the_latest(run: report.Run) -> None:
    assert report.write(run, latest=False).name != report.LATEST
    assert report.write(run, latest=True).name == report.LATEST


def test_the_charts_are_images_that_tell_every_figure(run: report.Run) -> None:
    report.write(run, latest=True)
    charts.main()
    root = ET.parse(charts.FOLDER / "goals.svg").getroot()
    words = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"orders", "0.5", "drain", "2,000 events/s"} <= set(words)
    ET.parse(charts.FOLDER / "pairs.svg")


def test_an_unjudged_figure_has_no_limits(run: report.Run) -> None:
    shown = Figure(name="x", value=1, unit="", beside={}, judged=False)
    assert report.table([shown]).row_count == 1
