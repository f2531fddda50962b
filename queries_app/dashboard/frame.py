"""What stands around the panels of a page, and what a page is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from queries_app.dashboard.models import Link


@dataclass(frozen=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A part of a page that is refreshed by itself; `digest` names what it shows."""

    name: str
    url: str
    html: SafeString
    digest: str = ""
    label: str = ""
    is_lazy: bool = False


@dataclass(frozen=True, kw_only=True)
class State:
    """How fresh the figures are; `level` is live, late, stopped, parked or unknown."""

    level: str
    title: str
    detail: str
    lag: str
    parked: str
    as_of: str
    as_of_iso: str
    mark: str  # another one when the ledger has grown


@dataclass(frozen=True, kw_only=True)
class Trouble:
    status: int
    title: str
    detail: str
    is_temporary: bool = False


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    current: bool


@dataclass(frozen=True)
class Choice:
    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class Picker:
    presets: tuple[Link, ...]
    range: str
    first: str
    last: str
    tz: str
    choices: tuple[Choice, ...]
    compared: str = ""
    keep: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shell:
    """What is around every page."""

    theme: str = ""
    links: tuple[Link, ...] = ()
    picker: Picker | None = None
    state: SafeString | None = None
    by_order_date: bool = False


@dataclass(frozen=True, kw_only=True)
class Head:
    """What stands above the panels of a page."""

    title: str
    parent: Link | None = None
    lead: str = ""
    facts: tuple[Fact, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Part:
    """A panel before it is worked out."""

    name: str
    template: str
    build: Callable[[], object]
    label: str = ""
    is_lazy: bool = False  # asked for once the page stands


@dataclass(frozen=True, kw_only=True)
class Page:
    template: str
    head: Callable[[], Head]
    parts: tuple[Part, ...]
