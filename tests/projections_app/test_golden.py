"""What was ever put on the wire can still be applied."""

from pathlib import Path

from projections_app import projector

GOLDEN = Path(__file__).parents[1] / "golden"


def test_every_golden_event_is_applied() -> None:
    bodies = [path.read_bytes() for path in sorted(GOLDEN.glob("*.json"))]

    assert len(bodies) >= 6
    assert projector.apply(bodies) == []
