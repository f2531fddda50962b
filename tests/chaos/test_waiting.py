"""Who looks after something meanwhile is stopped in time, and its failure is told."""

from threading import Event

import pytest

from chaos.errors import TooLate
from chaos.waiting import eventually, meanwhile


class Failing:
    """What is looked after, and fails when it is looked at."""

    def __init__(self) -> None:
        self.looked = Event()

    def look(self) -> None:
        self.looked.set()
        raise ZeroDivisionError

    def in_the_way_of(self, error: Exception | None = None) -> None:
        with meanwhile(self.look, every=0):
            assert self.looked.wait(10)
            if error:
                raise error


def test_it_looks_again_and_again_until_the_block_ends() -> None:
    looks: list[int] = []
    with meanwhile(lambda: looks.append(1), every=0):
        eventually(lambda: len(looks) >= 3, "three looks", 10)
    seen = list(looks)

    assert looks == seen


def test_what_goes_wrong_while_looking_is_raised_in_the_end() -> None:
    with pytest.raises(ZeroDivisionError):
        Failing().in_the_way_of()


def test_what_went_wrong_while_looking_is_the_reason_of_what_followed() -> None:
    with pytest.raises(ZeroDivisionError):
        Failing().in_the_way_of(TooLate())


def test_what_goes_wrong_in_the_block_alone_is_raised_as_it_is() -> None:
    with pytest.raises(TooLate, match="never"), meanwhile(lambda: None, every=0):
        eventually(lambda: False, "never", 0)
