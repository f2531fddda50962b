"""What the rows found: a JSON file a run, and the table in docs/reliability.md."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import msgspec

from chaos.row import Result, Row
from devstack.folder import ROOT

RESULTS = Path(__file__).parent / "results"
LATEST = {False: "latest-sample.json", True: "latest-long.json"}
DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- rows: begin -->\n", "<!-- rows: end -->\n"
HEAD = (
    "| row | test | asked | date | size | seeds | measured | orders | held |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One row with one seed. `orders` is the accounting, empty where there is none."""

    number: str
    name: str
    asked: str
    seed: int
    long: bool
    at: datetime
    seconds: float
    figures: dict[str, str]
    orders: dict[str, int]
    violations: list[str]

    @property
    def held(self) -> bool:
        return not self.violations


def outcome(
    row: Row, result: Result, *, seed: int, long: bool, seconds: float
) -> Outcome:
    accounting = result.accounting
    return Outcome(
        number=row.number,
        name=row.name,
        asked=row.figure,
        seed=seed,
        long=long,
        at=datetime.now(UTC).replace(microsecond=0),
        seconds=round(seconds, 1),
        figures={name: shown(value) for name, value in result.figures.items()},
        orders=accounting._asdict() if accounting else {},
        violations=result.violations,
    )


def shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def line(each: Outcome) -> str:
    figures = ", ".join(f"{name} {value}" for name, value in each.figures.items())
    verdict = "held" if each.held else "FELL SHORT"
    return f"{each.number:>4}  {each.name}: {verdict} in {each.seconds:g} s; {figures}"


def totals(outcomes: Sequence[Outcome]) -> str:
    """One line for all."""
    names = {name for each in outcomes for name in each.orders}
    orders = [
        f"{name} {sum(each.orders.get(name, 0) for each in outcomes):,}"
        for name in FATES
        if name in names
    ]
    held = sum(each.held for each in outcomes)
    seconds = sum(each.seconds for each in outcomes)
    return "; ".join(
        [f"{held} of {len(outcomes)} rows held in {seconds:.0f} s", ", ".join(orders)]
    )


FATES = (
    "attempted",
    "acknowledged",
    "lost",
    "doubled",
    "unexpected",
    "recovered",
)


# --- files ------------------------------------------------------------------------
def write(outcomes: Sequence[Outcome], *, long: bool, keep: bool) -> Path:
    """`keep`: also into the file that docs/reliability.md is written from."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_bytes(_json(outcomes))
    if keep:
        merge(outcomes, RESULTS / LATEST[long])
        document()
    return path


def merge(outcomes: Sequence[Outcome], path: Path) -> None:
    """A row that was run again takes the place of what it found with that seed."""
    again = {(each.number, each.seed) for each in outcomes}
    kept = [each for each in read(path) if (each.number, each.seed) not in again]
    path.write_bytes(_json(sorted([*kept, *outcomes], key=_order)))


def read(path: Path) -> list[Outcome]:
    if not path.exists():
        return []
    return msgspec.json.decode(path.read_bytes(), type=list[Outcome])


def _json(outcomes: Sequence[Outcome]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(outcomes), indent=1) + b"\n"


def _order(each: Outcome) -> tuple[int, str, bool, int]:
    digits = "".join(filter(str.isdigit, each.number))
    return (int(digits or 10**6), each.number, each.long, each.seed)


# --- the table --------------------------------------------------------------------
def document() -> None:
    """Puts the kept results between the marks in docs/reliability.md."""
    outcomes = [each for name in LATEST.values() for each in read(RESULTS / name)]
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    table = HEAD + "".join(_lines(sorted(outcomes, key=_order)))
    DOCUMENT.write_text(f"{before}{BEGIN}{table}{END}{after}")


def _lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """One for each row and size: figures are those of the worst seed, or the last."""
    for _, runs in groupby(outcomes, lambda each: (each.number, each.long)):
        yield _table_line(list(runs))


def _table_line(runs: Sequence[Outcome]) -> str:
    told = next((each for each in runs if not each.held), runs[-1])
    held = sum(each.held for each in runs)
    verdict = "yes" if held == len(runs) else f"**no: {_cell(told.violations[0])}**"
    orders = ", ".join(f"{name} {value:,}" for name, value in told.orders.items())
    columns = [
        told.number,
        told.name,
        told.asked,
        f"{told.at:%Y-%m-%d}",
        "long" if told.long else "sample",
        ", ".join(str(each.seed) for each in runs),
        ", ".join(f"{name} {value}" for name, value in told.figures.items()),
        orders,
        verdict,
    ]
    return f"| {' | '.join(map(_cell, columns))} |\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())[:300]
