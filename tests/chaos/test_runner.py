"""How rows are run: seeds repeat the choices, and what falls short is named."""

import random
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from chaos import choices
from chaos.__main__ import experiment, parse, verdict
from chaos.context import Chaos
from chaos.errors import TooLate
from chaos.row import Result, Row
from chaos.rows import ROWS


class Bystander:
    """Servers and watcher of rows that use neither."""

    directory = Path("/nowhere")

    def scenario(self, name: str) -> None: ...
    def step(self, what: str) -> None: ...
    def done(self) -> None: ...


def outcome_of(run: Any, *, seed: int = 1) -> Any:
    nobody: Any = Bystander()
    options = Namespace(long=False, minutes=0.0)
    return experiment(Row("99", "made up", "-", run), seed, nobody, options, nobody)


def breaks_off(chaos: Chaos) -> Result:
    raise TooLate("all events are applied: not within 60 s")


def test_a_row_that_must_fail_fails_and_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fails = outcome_of(lambda chaos: Result(violations=["I3: 1 orders lost"]))
    holds = outcome_of(lambda chaos: Result({"kills": 1}))

    assert verdict([holds], Console()) == 0
    assert verdict([holds, fails], Console(width=200)) == 1
    told = capsys.readouterr().out
    assert "row 99, made up, seed 1, fell short:\n  I3: 1 orders lost" in told
    assert told.splitlines()[-1].startswith("1 of 2 rows held")


def test_a_row_that_breaks_off_fell_short() -> None:
    [violation] = outcome_of(breaks_off).violations

    assert "not within 60 s" in violation


def test_a_seed_repeats_the_choices_of_a_row() -> None:
    def draws(seed: int) -> object:
        return outcome_of(
            lambda chaos: Result({"drawn": chaos.dice.random()}), seed=seed
        ).figures

    assert draws(5) == draws(5) != draws(6)


def test_a_seed_repeats_the_orders_of_a_client() -> None:
    def bodies(seed: int) -> list[object]:
        dice = random.Random(seed)
        return [choices.order(dice, number, [1, 2, 3, 4]) for number in range(20)]

    assert bodies(3) == bodies(3) != bodies(4)


def test_rows_stand_in_the_order_of_their_numbers_each_once() -> None:
    numbers = [row.number for row in ROWS]
    counted = [int(number) for number in numbers if number.isdecimal()]

    assert counted == sorted(counted)
    assert len(set(numbers)) == len(numbers)


def test_rows_are_chosen_by_number_and_an_unknown_one_is_refused() -> None:
    assert parse(["--row", "1", "--row", "7", "--seed", "4"]).row == ["1", "7"]
    with pytest.raises(SystemExit):
        parse(["--row", "1000"])
