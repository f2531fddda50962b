"""What is left is estimated, and the estimate learns."""

import time

import pytest

from projections_app.course import Course, Step


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Its last number is the time."""
    times = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: times[-1])
    return times


def test_events_are_left_at_the_rate_at_which_the_others_went(
    clock: list[float],
) -> None:
    course = Course([Step("applying", 10, 4000), Step("rolling up", 7)])

    course.stage("applying")
    assert course.left() == 17
    course.advance(1000)
    clock.append(1005)

    assert course.rate == 200
    assert course.left() == 15 + 7


def test_what_took_longer_than_foreseen_lengthens_the_rest(clock: list[float]) -> None:
    course = Course([Step("a", 9), Step("b", 10), Step("c", 20)])

    course.stage("a")
    clock.append(1029)  # 29 s and the first one, in place of 9 and that
    course.stage("b")
    clock.append(1039)

    assert course.left() == 30 - 10 + 60
    clock.append(2000)
    assert course.left() == 60  # b is late: it may end at any moment


def test_a_pause_is_no_time_of_work(clock: list[float]) -> None:
    course = Course([Step("applying", 10, 4000)])
    course.stage("applying")
    course.advance(1000)
    clock.append(1005)

    course.pause()
    clock.append(9000)
    assert (course.rate, course.left()) == (200, 15)
    course.go_on()

    assert (course.rate, course.left()) == (200, 15)
