"""A trace context is kept as it came, or not at all."""

import pytest

from messaging.tracing import kept, told

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize("state", ["a=1", "a=1, b=2", "v@t=" + "x" * 508])
def test_what_is_kept_is_told_again(state: str) -> None:
    assert told(kept(TRACE, state)) == (TRACE, state)
    assert told(kept(TRACE)) == (TRACE, None)
    assert told(kept(None)) == (None, None)


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        "garbage",
        TRACE.upper(),
        f"{TRACE}\n",
        f" {TRACE}",
        TRACE.replace("00-", "ff-", 1),
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-4bf92f3577b34da6a3ce929d0e0e4736-{'0' * 16}-01",
        "00-" + "a" * 100_000,
    ],
)
def test_a_malformed_traceparent_is_ignored_and_its_state_with_it(
    traceparent: str,
) -> None:
    assert kept(traceparent, "a=1") is None


@pytest.mark.parametrize("state", ["", " ", "a=\n", "a=\0", "ä=1", "x" * 513])
def test_a_malformed_tracestate_is_left_out(state: str) -> None:
    assert kept(TRACE, state) == TRACE
