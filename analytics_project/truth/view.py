"""A read table, and how its true rows are summed up from the lines."""

from typing import NamedTuple

from django.db import connections
from django.db.models import Model


class View(NamedTuple):
    """A read table, the statement of its true rows, and what of a row is money."""

    model: type[Model]
    expected: str
    money: str | None

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def key(self) -> list[str]:
        return [str(field.column) for field in self.model._meta.pk_fields]

    @property
    def columns(self) -> dict[str, str]:
        """Types of the columns by their names."""
        read = connections["read"]
        fields = [
            each for each in self.model._meta.concrete_fields if not each.generated
        ]
        return {str(field.column): str(field.db_type(read)) for field in fields}


def sums(key: str, columns: str, *, source: str = "line", by: str = "1") -> str:
    return f"""
        SELECT {key}, {columns},
               bool_or(state = 'lost') AS lost, bool_or(state = 'parked') AS parked
        FROM {source} GROUP BY {by}
    """  # noqa: S608 (keys and columns are the constants of ours)
