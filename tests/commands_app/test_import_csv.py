"""Reading a CSV file: header, encoding, quotes, what is no CSV."""

import csv
import io
from pathlib import Path

import pytest

from commands_app.imports import csv_file
from commands_app.imports.errors import ImportFailed
from commands_app.imports.rejects import Rejects
from commands_app.imports.row import COLUMNS, Row

HEADER = ",".join(COLUMNS)


def read(path: Path, content: bytes) -> tuple[list[Row], Rejects]:
    path.write_bytes(content)
    rejects = Rejects(csv.writer(io.StringIO()))
    return list(csv_file.read(path, rejects=rejects)), rejects


def test_a_row_knows_its_line_and_keeps_its_texts(tmp_path: Path) -> None:
    body = f'{HEADER}\n1,2,3,4,"a, ""b""\nc",6,7,8,9\n\n1,2,3,4,5,6,7,8, \n'

    rows, rejects = read(tmp_path / "a.csv", body.encode())

    assert rows == [
        Row(3, "1", "2", "3", "4", 'a, "b"\nc', "6", "7", "8", "9"),
        Row(5, "1", "2", "3", "4", "5", "6", "7", "8", " "),
    ]
    assert not rejects.reasons


def test_a_byte_order_mark_and_windows_lines_are_fine(tmp_path: Path) -> None:
    body = f"\ufeff{HEADER}\r\n1,2,3,4,5,6,7,8,9\r\n"

    rows, _ = read(tmp_path / "a.csv", body.encode())

    assert rows[0][1:] == tuple("123456789")


def test_columns_are_found_by_their_names(tmp_path: Path) -> None:
    names = ["note", *reversed(COLUMNS)]
    body = ",".join(names) + "\n" + ",".join(names) + "\n"

    rows, _ = read(tmp_path / "a.csv", body.encode())

    assert rows[0][1:] == COLUMNS


def test_a_row_of_another_width_is_rejected(tmp_path: Path) -> None:
    body = f"{HEADER}\n1,2,3\n{'x,' * 9}x\n1,2,3,4,5,6,7,8,9\n"

    rows, rejects = read(tmp_path / "a.csv", body.encode())

    assert len(rows) == 1
    assert rejects.reasons == {"not as many fields as the header": 2}


def test_bytes_that_are_not_utf8_do_not_stop_the_file(tmp_path: Path) -> None:
    body = HEADER.encode() + b"\n1,2,3,4,caf\xe9,6,7,8,9\n1,2,3,4,5,6,7,8,9\n"

    rows, _ = read(tmp_path / "a.csv", body)

    assert [row.product_name for row in rows] == ["caf\ufffd", "5"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the header lacks: reference, customer_id"),
        (b"reference;customer_id\n", "the header lacks: reference"),
        (HEADER.removesuffix(",discount").encode(), "the header lacks: discount"),
        (f'{HEADER}\n1,"{"x" * 200_000}'.encode(), "field larger than"),
    ],
)
def test_what_is_no_such_file_says_why(
    content: bytes, told: str, tmp_path: Path
) -> None:
    with pytest.raises(ImportFailed, match=told):
        read(tmp_path / "a.csv", content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=r"cannot read .*nowhere\.csv"):
        list(
            csv_file.read(
                tmp_path / "nowhere.csv", rejects=Rejects(csv.writer(io.StringIO()))
            )
        )
