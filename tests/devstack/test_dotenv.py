"""Tests of reading KEY=VALUE files."""

from pathlib import Path

from devstack import dotenv


def test_comments_quotes_and_export_are_understood(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "# a comment = none\n"
        "PLAIN=one\n"
        "export SHELL_STYLE = two # why\n"
        'QUOTED="three # kept"\n'
        "URL=postgres://u:p@h/d?a=b\n"
        "EMPTY=\n"
        "no pair\n"
    )

    assert dotenv.read(file) == {
        "PLAIN": "one",
        "SHELL_STYLE": "two",
        "QUOTED": "three # kept",
        "URL": "postgres://u:p@h/d?a=b",
        "EMPTY": "",
    }


def test_a_missing_file_gives_nothing(tmp_path: Path) -> None:
    assert dotenv.read(tmp_path / ".env") == {}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    values = {"A": "amqp://u:p@127.0.0.1/%2F", "B": "two words # and more"}
    file = tmp_path / "environment"
    file.write_text(dotenv.write(values))

    assert dotenv.read(file) == values
