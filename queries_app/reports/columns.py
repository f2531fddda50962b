"""What the rows of a report are in a file: columns, named as in the JSON."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from msgspec import UNSET, Struct, inspect

COMPARED = ("previous", "growth")  # told only if there is a comparison
# As some spreadsheets begin a formula with them; the last four are full-width.
FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"

Kind = Literal["text", "whole", "decimal", "truth"]
KINDS: dict[type[inspect.Type], Kind] = {
    inspect.StrType: "text",
    inspect.LiteralType: "text",
    inspect.IntType: "whole",
    inspect.DecimalType: "decimal",
    inspect.BoolType: "truth",
}


class Column(NamedTuple):
    kind: Kind
    names: tuple[str, ...]  # from the row down to the value, as in JSON
    fields: tuple[str, ...]  # the same as in Python

    @property
    def name(self) -> str:
        """As in `netSales` and `previous.netSales`."""
        return ".".join(self.names)

    @property
    def is_compared(self) -> bool:
        return self.fields[0] in COMPARED

    def of(self, row: object) -> Any:
        """Its value in a row; None where the row has none."""
        for field in self.fields:
            row = getattr(row, field, None)
        return None if row is UNSET else row


def columns(row: type[Struct], *, compared: bool) -> list[Column]:
    """Also those of structs in the row; lists in it are for JSON alone."""
    return [
        Column(kind, names, fields)
        for kind, names, fields in below(inspect.type_info(row))
        if compared or fields[0] not in COMPARED
    ]


def below(
    kind: inspect.Type, names: tuple[str, ...] = (), fields: tuple[str, ...] = ()
) -> Iterator[tuple[Kind, tuple[str, ...], tuple[str, ...]]]:
    match kind:
        case inspect.StructType():
            for field in kind.fields:
                yield from below(
                    field.type, (*names, field.encode_name), (*fields, field.name)
                )
        case inspect.UnionType(types):
            for each in types:
                yield from below(each, names, fields)
        case inspect.Metadata(type=inner):
            yield from below(inner, names, fields)
        case _ if type(kind) in KINDS:
            yield KINDS[type(kind)], names, fields


def cell(value: Any) -> str:
    """As COPY writes it, and with no text that a spreadsheet would calculate."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            return f"'{value}" if value.startswith(tuple(FORMULA_STARTS)) else value
    return str(value)
