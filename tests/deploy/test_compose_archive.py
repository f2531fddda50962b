"""Who puts old events away in the compose files, and where they lie."""

import re
from collections.abc import Sequence

import pytest

from devstack.folder import ROOT
from tests.deploy.composed import BASE, PRODUCTION, config, whole

both = pytest.mark.parametrize("files", [BASE, PRODUCTION], ids=["base", "production"])


@both
def test_up_leaves_alone_what_the_host_runs_once_a_day(files: Sequence[str]) -> None:
    started = config("config", "--services", files=files).split()
    prune = whole(files)["services"]["prune"]

    assert "migrate" in started
    assert "prune" not in started
    assert prune["command"] == ["python", "manage.py", "prune"]
    assert prune["restart"] == "no"


@both
def test_the_owners_containers_have_the_archive_and_no_other_one(
    files: Sequence[str],
) -> None:
    merged = whole(files)
    for name, service in merged["services"].items():
        given = service.get("environment") or {}
        mounted = [
            (each["target"], each.get("read_only", False))
            for each in service.get("volumes", [])
            if each["source"] == "archive"
        ]
        if name in ("migrate", "prune"):
            assert mounted == [(given["ARCHIVE_DIR"], False)], name
        else:
            assert (mounted, given.get("ARCHIVE_DIR")) == ([], None), name
    assert "archive" in merged["volumes"]


def test_the_image_has_the_archives_folder_for_the_user_that_writes_it() -> None:
    """A named volume takes its owner from there."""
    image = (ROOT / "Dockerfile").read_text()
    prune = whole()["services"]["prune"]

    [made] = re.findall(r"^RUN install (--directory .*)$", image, flags=re.MULTILINE)
    owner, group = prune["user"].split(":")
    folder = prune["environment"]["ARCHIVE_DIR"]
    assert made == f"--directory --owner {owner} --group {group} {folder}"
    assert f"\nUSER {owner}:{group}\n" in image
