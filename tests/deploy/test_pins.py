"""What the image installs is pinned, and is what requirements.txt asks for."""

import re

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from devstack.folder import ROOT

HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}( \\)?")


def lines(name: str) -> list[str]:
    text = ROOT.joinpath(name).read_text().splitlines()
    return [line.strip() for line in text if line and not line.startswith("#")]


def pinned() -> dict[str, str]:
    """Versions by name."""
    pins = [x.removesuffix(" \\") for x in lines("requirements-pinned.txt")]
    found = [Requirement(pin) for pin in pins if not pin.startswith("--")]
    return {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in found
    }


def test_everything_that_is_asked_for_is_pinned_to_an_allowed_version() -> None:
    versions = pinned()

    for line in lines("requirements.txt"):
        asked = Requirement(line)
        assert versions[canonicalize_name(asked.name)] in asked.specifier
        assert set(asked.extras) <= {"binary"}
    assert versions["psycopg-binary"] == versions["psycopg"]


def test_every_pin_has_hashes_and_no_line_says_where_from() -> None:
    written = lines("requirements-pinned.txt")

    assert all(HASH.fullmatch(line) for line in written if line.startswith("--"))
    for line, following in zip(written, [*written[1:], ""], strict=True):
        if not line.startswith("--"):
            assert following.startswith("--hash"), line
    assert not re.search(r"://|index|find-links", "".join(written))


def test_the_image_installs_nothing_else() -> None:
    image = ROOT.joinpath("Dockerfile").read_text()

    assert "--require-hashes" in image
    assert re.findall(r"requirements\S*\.txt", image) == [
        "requirements-pinned.txt",
        "requirements-pinned.txt",
    ]
