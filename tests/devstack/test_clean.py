"""Tests of what `clean` leaves alone."""

from pathlib import Path

import pytest

from devstack import clean
from devstack.errors import AlreadyRunning
from devstack.folder import locked


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing outside is touched, whatever `clean` does."""
    monkeypatch.setattr(clean, "LOCAL", tmp_path / ".local")
    monkeypatch.setattr(clean, "ROOT", tmp_path)
    monkeypatch.setattr(clean, "MADE", (tmp_path / ".local",))
    return tmp_path / ".local"


@pytest.mark.parametrize("name", ["stack", "test-17", "bench-120000"])
def test_the_servers_of_a_runner_keep_it_from_all(local: Path, name: str) -> None:
    with (
        locked(local / name),
        pytest.raises(AlreadyRunning, match=rf"\.local/{name} is in use: end it first"),
    ):
        clean.main([])

    assert local.exists()
    clean.main([])
    assert not local.exists()


def test_whoever_asks_for_help_loses_nothing(local: Path) -> None:
    local.mkdir()

    with pytest.raises(SystemExit):
        clean.main(["--help"])
    assert local.exists()
