"""What grows for ever, and how its old part goes: events to an archive, rows away."""
