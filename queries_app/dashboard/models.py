"""What the panels show: plain values, ready to be written into a template."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    label: str
    href: str
    current: bool = False


@dataclass(frozen=True)
class Change:
    """`tone` is good, bad or plain; `direction` up, down or flat."""

    text: str
    direction: str = "flat"
    tone: str = "plain"
    against: str = ""
    before: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    key: str
    label: str
    value: str
    href: str = ""
    hint: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Empty:
    title: str
    detail: str
    link: Link | None = None


@dataclass(frozen=True)
class Today:
    note: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """`sum` are the parts of net sales and net sales itself."""

    title: str
    sum: tuple[Figure, ...]
    more: tuple[Figure, ...]
    exports: tuple[Link, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Bucket:
    label: str
    short: str
    href: str
    raw: str
    value: str
    raw_before: str = ""
    before: str = ""
    is_partial: bool = False


@dataclass(frozen=True, kw_only=True)
class Chart:
    title: str
    measure: str
    interval: str
    against: str
    description: str
    buckets: tuple[Bucket, ...]
    measures: tuple[Link, ...]
    intervals: tuple[Link, ...]
    exports: tuple[Link, ...]
    is_empty: bool
    empty: Empty


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """`width` is the bar's, in hundredths; `spark` the points of a line."""

    name: str
    href: str
    value: str
    value_href: str
    width: int
    detail: str = ""
    change: Change | None = None
    spark: str = ""
    spark_label: str = ""


@dataclass(frozen=True, kw_only=True)
class Top:
    title: str
    rows: tuple[Ranked, ...]
    exports: tuple[Link, ...]
    empty: Empty
    more: Link | None = None


@dataclass(frozen=True)
class HeatCell:
    text: str
    level: int


@dataclass(frozen=True)
class CohortRow:
    label: str
    size: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, kw_only=True)
class Cohorts:
    note: str
    caption: str
    months: tuple[int, ...]
    rows: tuple[CohortRow, ...]
    modes: tuple[Link, ...]
    exports: tuple[Link, ...]
    empty: Empty


@dataclass(frozen=True, kw_only=True)
class Column:
    label: str
    href: str = ""
    is_number: bool = False
    sorted: str = ""


@dataclass(frozen=True, kw_only=True)
class Cell:
    text: str
    href: str = ""
    detail: str = ""
    is_number: bool = False
    change: Change | None = None


@dataclass(frozen=True)
class Search:
    label: str
    q: str
    keep: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Listing:
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: Empty
    title: str = ""
    search: Search | None = None
    total: str = ""
    total_label: str = ""
    tabs: tuple[Link, ...] = ()
    tabs_label: str = ""
    exports: tuple[Link, ...] = ()
    first: str = ""
    next: str = ""
