"""An archive is believed when it was read back, and holds what its manifest says."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from commands_app import archive, outbox, partitions
from commands_app.archive import Manifest
from commands_app.errors import ArchiveDamaged, ArchiveMissing, ForeignArchive
from messaging.envelope import new_event_id
from tests.commands_app.builders import line, place, product

DATA, MANIFEST = "outbox-000000.ndjson.gz", "outbox-000000.json"


@pytest.fixture
def archived(tmp_path: Path) -> Path:
    place(line(product()))
    archive.write(tmp_path, 0, partitions.edges(0), outbox.history())
    return tmp_path


def verify(directory: Path) -> None:
    events = partitions.events(0)
    archive.verify(directory, 0, edges=partitions.edges(0), events=events)


def test_it_holds_the_envelopes_as_they_were_published(archived: Path) -> None:
    verify(archived)

    assert [*archive.read(archived, 0)] == [*outbox.history()]
    assert sorted(path.name for path in archived.iterdir()) == [MANIFEST, DATA]


def cut_short(directory: Path) -> None:
    path = directory / DATA
    path.write_bytes(path.read_bytes()[:-20])


def one_bit(directory: Path) -> None:
    path = directory / DATA
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def another_sum(directory: Path) -> None:
    _change(directory, sha256="0" * 64)


def no_json(directory: Path) -> None:
    (directory / MANIFEST).write_text("{")


def gone(directory: Path) -> None:
    (directory / DATA).unlink()


def fewer(_: Path) -> None:
    product()  # the outbox has one event more


def foreign(directory: Path) -> None:
    _change(directory, first=new_event_id())


def unfinished(directory: Path) -> None:
    (directory / MANIFEST).unlink()


def _change(directory: Path, **fields: object) -> None:
    path = directory / MANIFEST
    manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(manifest, **fields)))


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (cut_short, ArchiveDamaged),
        (one_bit, ArchiveDamaged),
        (another_sum, ArchiveDamaged),
        (no_json, ArchiveDamaged),
        (gone, ArchiveDamaged),
        (fewer, ForeignArchive),
        (foreign, ForeignArchive),
        (unfinished, ArchiveMissing),
    ],
)
def test_what_is_not_whole_is_not_believed(
    archived: Path, harm: Callable[[Path], None], error: type[Exception]
) -> None:
    harm(archived)

    with pytest.raises(error):
        verify(archived)


def test_an_unfinished_file_is_not_taken_for_an_archive(tmp_path: Path) -> None:
    def ends() -> object:
        yield b"{}"
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left"):
        archive.write(tmp_path, 0, partitions.edges(0), ends())  # type: ignore[arg-type]

    assert archive.find(tmp_path, 0) is None
    assert [path.name for path in tmp_path.iterdir()] == [f"{DATA}.part"]
