"""Medians, ratios and verdicts."""

from bench.figures import absolute, percentile, ratio


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    samples = {"ours": [10.0, 30.0, 500.0], "theirs": [100.0, 100.0, 1000.0]}
    assert ratio("orders", "ours", "theirs", samples).value == 0.3


def test_without_a_yardstick_the_rate_itself_is_shown_and_not_judged() -> None:
    figure = ratio("orders", "ours", "theirs", {"ours": [0.1], "theirs": []})
    assert (figure.value, figure.goal, figure.reaches_floor) == (0.1, None, True)


def test_what_should_be_low_misses_its_floor_when_it_is_high() -> None:
    slow, quick = absolute("reconcile", [31.0]), absolute("reconcile", [9.0])
    assert (slow.reaches_floor, slow.reaches_aim) == (False, False)
    assert (quick.reaches_floor, quick.reaches_aim) == (True, True)


def test_what_should_be_high_misses_its_aim_when_it_is_low() -> None:
    drained = absolute("drain", [4000.0, 4100.0, 3900.0])
    assert drained.value == 4000
    assert (drained.reaches_floor, drained.reaches_aim) == (True, False)


def test_a_percentile_is_a_sample_that_so_many_do_not_exceed() -> None:
    samples = [float(n) for n in range(1, 101)]
    assert percentile(samples, 50) == 50
    assert percentile(samples, 99) == 99
    assert percentile(samples, 100) == 100
    assert percentile([7.0], 99) == 7
