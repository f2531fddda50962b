"""Every known defect is held off by tests that exist."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs/reference/known-defects.md"
ROW = re.compile(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", flags=re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def held_off() -> dict[int, list[tuple[str, str]]]:
    """The tests of each defect, as file and name."""
    return {
        int(number): NAMED.findall(tests)
        for number, tests in ROW.findall(PAGE.read_text())
    }


def named() -> set[tuple[str, str]]:
    return {each for tests in held_off().values() for each in tests}


def functions(file: str) -> set[str]:
    tree = ast.parse((TESTS / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_defect_has_a_test() -> None:
    assert list(held_off()) == list(range(1, 24))
    assert [number for number, tests in held_off().items() if not tests] == []


@pytest.mark.parametrize(("file", "name"), sorted(named()))
def test_every_test_that_is_named_exists(file: str, name: str) -> None:
    assert name in functions(file)


def test_every_test_of_a_known_defect_is_named() -> None:
    files = [str(f.relative_to(TESTS)) for f in TESTS.glob("*/test_*_defects.py")]
    there = {
        (file, name)
        for file in files
        for name in functions(file)
        if name.startswith("test_")
    }

    assert there - named() == set()
