"""What `make bench` accepts, says and returns."""

import pytest

from bench.__main__ import parse, verdict
from bench.figures import absolute
from bench.scenarios import SCENARIOS


def test_every_scenario_runs_unless_some_are_named() -> None:
    assert parse([]).scenario == list(SCENARIOS)
    named = parse(["--scenario=relay", "--scenario=orders"])
    assert named.scenario == ["orders", "relay"]


def test_of_somebody_elses_system_only_what_goes_over_http_is_measured() -> None:
    options = parse(["--command-url=http://a:1", "--query-url=http://a:2"])
    assert options.scenario == ["orders", "bulk", "reads", "freshness", "idle"]


def test_one_address_without_the_other_is_refused() -> None:
    with pytest.raises(SystemExit):
        parse(["--command-url=http://a:1"])


def test_a_floor_that_is_missed_is_named_and_ends_in_an_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = [absolute("drain", [2999.0]), absolute("reconcile", [1.0])]
    assert verdict(figures) == 1
    assert capsys.readouterr().out.splitlines() == [
        "floor not reached: drain: 2,999 events/s, not 3,000"
    ]
    assert verdict(figures[1:]) == 0
