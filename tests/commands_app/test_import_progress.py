"""Progress: plain lines for a log, a bar for a terminal; the rows pass unchanged."""

from io import StringIO

import pytest

from commands_app.imports import progress as module
from commands_app.imports.progress import progress


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [StringIO(), Terminal()])
def test_rows_pass_in_order_and_the_end_is_told(stream: StringIO) -> None:
    with progress(stream) as track:
        passed = list(track(range(1234), title="Reading"))

    assert passed == list(range(1234))
    assert "Reading" in stream.getvalue()
    assert "1,234" in stream.getvalue() or "1234" in stream.getvalue()


def test_a_log_gets_rate_share_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINE_EVERY", 0.0)
    stream = StringIO()

    with progress(stream) as track:
        list(track(range(1000), title="Importing", total=4000))

    first, second, *_ = stream.getvalue().splitlines()
    assert first.startswith("Importing: 500 lines, ")
    assert "12%" in first
    assert "25%" in second
    assert second.endswith(" s left")
