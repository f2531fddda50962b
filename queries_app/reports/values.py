"""The values of a statement that is put together from parts."""

from typing import Any


class Values(list[Any]):
    """Each is written into the statement as PostgreSQL numbers them: $1, $2."""

    def __init__(self) -> None:
        super().__init__()
        self._placed: dict[tuple[Any, str], str] = {}

    def place(self, value: Any, kind: str) -> str:
        """The SQL that stands for the value, a tuple being an array of type `kind`."""
        if (value, kind) not in self._placed:
            self.append(list(value) if isinstance(value, tuple) else value)
            self._placed[value, kind] = f"${len(self)}::{kind}"
        return self._placed[value, kind]
