"""A small disk is full to the last byte, and empty again."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.errors import ChaosError
from chaos.mounts import MB, Disk, disk


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Disk]:
    try:
        with disk(tmp_path / "small", 4) as mounted:
            yield mounted
    except ChaosError as error:
        pytest.skip(str(error))


def test_a_full_disk_takes_no_byte_and_a_cleared_one_does(full: Disk) -> None:
    file = full.directory / "file"
    full.fill()
    with pytest.raises(OSError, match="No space"):
        file.write_bytes(b"x")
    full.clear()
    file.write_bytes(b"x")
    full.fill(left_mb=1)
    assert shutil.disk_usage(full.directory).free <= MB
    file.write_bytes(b"y" * 1000)
