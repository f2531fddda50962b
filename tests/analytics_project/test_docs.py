"""What the documentation names exists, and what exists is named there."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from analytics_project.openapi.commands import write_api
from analytics_project.openapi.queries import read_api
from messaging.events import EVENT_TYPES, Watermark
from projections_app.projections import PROJECTIONS
from tests.analytics_project.test_environment import example

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs/reference"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]
ROOMS = {"analytics_project", "commands_app", "projections_app", "queries_app"}


def names_in_code(page: str) -> str:
    """All that stands in backticks or blocks, as one text."""
    text = (REFERENCE / page).read_text()
    return "\n".join(re.findall(r"`[^`]+`|^    .*", text, flags=re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_setting_is_described() -> None:
    described = re.findall(
        r"^\| `([A-Z_]+)`", (REFERENCE / "settings.md").read_text(), flags=re.MULTILINE
    )

    assert sorted(described) == sorted(example())


def test_every_command_of_the_house_is_described() -> None:
    ours = {name for name, app in get_commands().items() if app in ROOMS}

    described = names_in_code("commands.md")
    assert {name for name in ours if name not in described} == set()


def test_every_address_is_described() -> None:
    addresses = {path for api in (write_api, read_api) for path in api()["paths"]}

    described = re.sub(r"\{\w*?[iI]d\}", "{}", names_in_code("http-api.md"))
    for address in addresses:
        assert re.sub(r"\{\w*?[iI]d\}", "{}", address) in described, address


def test_every_event_and_every_read_table_is_described() -> None:
    events, tables = names_in_code("events.md"), names_in_code("read-model.md")

    assert [k for k in (*EVENT_TYPES, Watermark) if k.__name__ not in events] == []
    assert [each.table for each in PROJECTIONS if each.table not in tables] == []
    columns = {column for each in PROJECTIONS for column in each.columns}
    assert {column for column in columns if column not in tables} == set()
