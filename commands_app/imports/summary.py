"""Tells what an import did."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Tally:
    """What became of the input so far."""

    orders: int = 0
    lines: int = 0
    products: int = 0
    already_there: int = 0  # orders
    rejected: Counter[str] = field(default_factory=Counter)  # lines, by reason


def summary(tally: Tally, *, seconds: float, rejects: Path, dry_run: bool) -> str:
    verb = "Would import" if dry_run else "Imported"
    rate = tally.orders / max(seconds, 0.001)
    facts = [
        f"{verb} {tally.orders:,} orders with {tally.lines:,} lines"
        f" in {seconds:.1f} s ({rate:,.0f} orders/s)",
        f"New products: {tally.products:,}",
        f"Already there: {tally.already_there:,} orders",
        f"Rejected: {tally.rejected.total():,} lines, listed in {rejects}",
    ]
    reasons = tally.rejected.most_common()
    return "\n".join([*facts, *(f"{n:>10,}  {reason}" for reason, n in reasons)])
