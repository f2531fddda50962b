"""Events that have left the outbox: compressed lines of JSON, as they were published.

A partition is one file, and a manifest beside it tells what has to be in it. A file
without a manifest was not finished: it is written anew.
"""

import gzip
import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO
from uuid import UUID

import msgspec

from commands_app import outbox, partitions
from commands_app.errors import (
    ArchiveDamaged,
    ArchiveMissing,
    ForeignArchive,
    RetentionError,
)
from commands_app.partitions import Edges

LEVEL = 6  # of compression: 1 saves a fifth of the time, and takes a quarter more space
BUFFER = 1 << 20  # bytes


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    partition: int
    events: int
    sha256: str  # of the lines, uncompressed
    first: UUID | None  # event
    oldest: datetime | None
    last: UUID | None  # event
    newest: datetime | None


def find(directory: Path, number: int) -> Manifest | None:
    """What is archived of a partition; raises ArchiveDamaged."""
    try:
        text = _manifest(directory, number).read_bytes()
        return msgspec.json.decode(text, type=Manifest)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise ArchiveDamaged(f"{_manifest(directory, number)}: {error}") from error


def write(
    directory: Path, number: int, edges: Edges, bodies: Iterable[bytes]
) -> Manifest:
    """On the disk when it returns, both files. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    digest, events = hashlib.sha256(), 0
    with (
        _durable(_data(directory, number)) as file,
        gzip.GzipFile(
            filename="", fileobj=file, mode="wb", compresslevel=LEVEL, mtime=0
        ) as packed,
        io.BufferedWriter(packed, BUFFER) as lines,
    ):
        for body in bodies:
            digest.update(body + b"\n")
            lines.write(body + b"\n")
            events += 1
    manifest = Manifest(
        partition=number, events=events, sha256=digest.hexdigest(), **edges._asdict()
    )
    with _durable(_manifest(directory, number)) as file:
        file.write(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    return manifest


def verify(directory: Path, number: int, *, edges: Edges, events: int) -> None:
    """Reads all of it back: it holds these events, and as many.

    Raises ArchiveDamaged, ArchiveMissing or ForeignArchive.
    """
    for _ in read(directory, number):
        pass
    found = find(directory, number)
    if not found or (found.first, found.last) != (edges.first, edges.last):
        raise ForeignArchive(f"{_data(directory, number)} is another outbox's")
    if found.events != events:
        raise ArchiveDamaged(
            f"{_data(directory, number)} holds {found.events:,} events, the outbox"
            f" {events:,}"
        )


def read(directory: Path, number: int) -> Iterator[bytes]:
    """A partition's envelopes; raises ArchiveDamaged at the end, if not before."""
    if (manifest := find(directory, number)) is None:
        raise ArchiveMissing(
            f"partition {number} has left the outbox, and {_data(directory, number)}"
            " is not there"
        )
    digest, events = hashlib.sha256(), 0
    try:
        with gzip.open(_data(directory, number)) as lines:
            for line in lines:
                digest.update(line)
                events += 1
                yield line.rstrip(b"\n")
    except (EOFError, OSError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise ArchiveDamaged(f"{_data(directory, number)}: {error}") from error
    if (digest.hexdigest(), events) != (manifest.sha256, manifest.events):
        raise ArchiveDamaged(
            f"{_data(directory, number)} is not what its manifest says"
        )


def after(directory: Path | None, position: int) -> Iterator[tuple[int, bytes]]:
    """Every event once behind `position`: what has left the outbox, then what is in it.

    Each with the position to go on behind; in the archive that is where its partition
    begins, so whoever goes on there is told some events again. Raises RetentionError if
    something is nowhere.
    """
    with partitions.held() as live:
        for number in _gone(live, position):
            before = partitions.ids(number).first - 1
            yield from ((before, body) for body in read(_given(directory), number))
        yield from outbox.after(position)


def history(directory: Path | None) -> Iterator[bytes]:
    """The same from the first event on, without the positions."""
    for _, body in after(directory, -1):
        yield body


def recorded(directory: Path | None, *, after: int = -1) -> int:
    """How many events `after` tells."""
    with partitions.held() as live:
        archived = [find(_given(directory), number) for number in _gone(live, after)]
        told = sum(each.events for each in archived if each)
        return told + outbox.recorded(after=after)


def newest(directory: Path | None, limit: int) -> list[bytes]:
    """About the newest, as a sample: what the outbox lacks is of what left it last."""
    found = outbox.newest(limit)
    with partitions.held() as live:
        gone = _gone(live, -1)
        if len(found) == limit or not gone:
            return found
        archived = read(_given(directory), gone[-1])
        return [*found, *islice(archived, limit - len(found))]


def _gone(live: list[int], position: int) -> list[int]:
    """Partitions have consecutive numbers: so it shows which are missing."""
    gone = sorted(set(range(partitions.in_use())) - set(live))
    return [number for number in gone if partitions.ids(number).last > position]


def _given(directory: Path | None) -> Path:
    if directory is None:
        raise RetentionError(
            "events have left the outbox: ARCHIVE_DIR has to name their archive"
        )
    return directory


def _data(directory: Path, number: int) -> Path:
    return directory / f"outbox-{number:06}.ndjson.gz"


def _manifest(directory: Path, number: int) -> Path:
    return directory / f"outbox-{number:06}.json"


@contextmanager
def _durable(path: Path) -> Iterator[IO[bytes]]:
    """A new file that is whole and on the disk, or not there under this name."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
