"""Draws docs/performance/*.svg from the latest results: python -m bench.charts."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from statistics import median

from bench import report
from bench.figures import Figure
from bench.goals import Goal
from devstack.folder import ROOT

FOLDER = ROOT / "docs" / "performance"
WIDTH, ROW, LEFT, RIGHT, TOP = 760, 34, 190, 150, 34  # px
BAR = 16  # px
OURS, THEIRS, MISSED, INK = "#2f6f9f", "#b8c4cc", "#b3443a", "#24292f"
STYLE = "font-family: system-ui, sans-serif; font-size: 13px"

Row = tuple[str, str]  # label, and what is drawn


def main() -> None:
    run = report.read(report.RESULTS / report.LATEST)
    FOLDER.mkdir(exist_ok=True)
    draw(
        "goals.svg",
        "How many times its floor each figure reaches",
        goals(run.figures),
    )
    draw("pairs.svg", "Ours beside its yardstick, per second", pairs(run.figures))


def draw(name: str, title: str, rows: Sequence[Row]) -> Path:
    """Two colours that tell themselves apart in grey as well; no script, no font."""
    height = TOP + ROW * len(rows) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' role="img" aria-label="{escape(title)}" style="{STYLE}">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        text(10, 20, title, weight="bold"),
    ]
    for index, (label, drawn) in enumerate(rows):
        y = TOP + ROW * index
        parts += [
            f'<g transform="translate(0 {y})">',
            text(LEFT - 10, 20, label, anchor="end"),
            drawn,
            "</g>",
        ]
    path = FOLDER / name
    path.write_text("\n".join([*parts, "</svg>\n"]))
    return path


def goals(figures: Sequence[Figure]) -> list[Row]:
    """A bar to how many times the floor; a tick at the floor and one at the aim."""
    judged = [(each, each.goal) for each in figures if each.goal]
    return [(each.name, _goal(each, goal)) for each, goal in judged]


def _goal(figure: Figure, goal: Goal) -> str:
    span = WIDTH - LEFT - RIGHT
    longest = 4.0  # times the floor: what is beyond is cut
    reached = _times(figure.value, goal)
    x = LEFT + span * min(reached, longest) / longest
    colour = OURS if figure.reaches_floor else MISSED
    aim = LEFT + span * min(_times(goal.aim, goal), longest) / longest
    told = report.number(figure.value, figure.unit)
    return "".join(
        [
            bar(LEFT, x - LEFT, colour),
            tick(LEFT + span / longest, "floor"),
            tick(aim, "aim", dash="2 2"),
            text(LEFT + span + 12, 20, told),
        ]
    )


def _times(value: float, goal: Goal) -> float:
    """The floor is 1, more is better."""
    better = value / goal.floor if goal.better == "higher" else goal.floor / value
    return max(0.02, better)


def pairs(figures: Sequence[Figure]) -> list[Row]:
    """Medians of both sides; each pair to its own scale."""
    ratios = [each for each in figures if each.goal and not each.goal.unit]
    return [(each.name, _pair(each)) for each in ratios]


def _pair(figure: Figure) -> str:
    (ours, rates), (theirs, yardstick) = figure.beside.items()
    values = {ours: (median(rates), OURS), theirs: (median(yardstick), THEIRS)}
    most = max(value for value, _ in values.values())
    span = WIDTH - LEFT - RIGHT - 60
    drawn = []
    for y, (name, (value, colour)) in zip((2, 17), values.items(), strict=True):
        length = span * value / most
        drawn.append(bar(LEFT, length, colour, y=y, height=13))
        told = f"{value:,.0f}  {name}"
        drawn.append(text(LEFT + length + 6, y + 11, told, size=11))
    return "".join(drawn)


def bar(x: float, length: float, fill: str, *, y: float = 8, height: int = BAR) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y}" width="{length:.1f}" height="{height}"'
        f' fill="{fill}"/>'
    )


def tick(x: float, name: str, *, dash: str = "") -> str:
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="3" y2="29" stroke="{INK}"'
        f' stroke-dasharray="{dash}"><title>{name}</title></line>'
    )


def text(
    x: float,
    y: float,
    content: str,
    *,
    anchor: str = "start",
    weight: str = "normal",
    size: int = 13,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" font-weight="{weight}"'
        f' font-size="{size}" fill="{INK}">{escape(content)}</text>'
    )


if __name__ == "__main__":
    main()
