"""The page on security names tests that there are, and all ten risks."""

import re

from devstack.folder import ROOT

PAGE = (ROOT / "docs/security.md").read_text()


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", PAGE)

    assert len(named) > 30
    for file, name in named:
        text = (ROOT / "tests" / file).read_text()
        assert not name or f"def {name}(" in text, name


def test_all_ten_risks_have_a_test() -> None:
    rows = re.findall(r"^\| API(\d+) .*test_\w+\.py::", PAGE, flags=re.MULTILINE)

    assert rows == [str(number) for number in range(1, 11)]
