"""The projector's own INSERT statements on parameters that were prepared before."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import psycopg
from psycopg.sql import SQL, Identifier

from messaging import envelope
from messaging.events import OrderCreated
from projections_app import ledger
from projections_app.ledger import Line
from projections_app.projection import LEDGER
from projections_app.projections import PROJECTIONS
from projections_app.projector import _CLAIM


class Batch(NamedTuple):
    ids: list[UUID]
    types: list[str]
    lines: str


class BareProjector:
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        connection.autocommit = True  # apply() says where a transaction begins
        columns = SQL(", ").join(map(Identifier, Line.__struct_fields__))
        named = {"ledger": Identifier(LEDGER), "columns": columns}
        self._insert = ledger._INSERT.format(**named)  # noqa: SLF001 (the very same)
        self._upserts = [projection.upsert().encode() for projection in PROJECTIONS]

    def prepare(self, bodies: Sequence[bytes]) -> Batch:
        received = [envelope.decode(body) for body in bodies]
        lines: list[Line] = []
        for each in received:
            assert isinstance(each.payload, OrderCreated)  # noqa: S101 (seeded so)
            lines += ledger.lines(each.envelope.id, each.payload)
        return Batch(
            [each.envelope.id for each in received],
            [each.envelope.type for each in received],
            msgspec.json.encode(lines).decode(),
        )

    def apply(self, batch: Batch) -> None:
        with self._connection.transaction():
            self._run(_CLAIM, [batch.ids, batch.types])
            inserted = self._run(self._insert, [batch.lines]).fetchone()
            for upsert in self._upserts:
                self._run(upsert, inserted or ())

    def _run(self, statement: Any, values: Sequence[Any]) -> psycopg.Cursor:
        return self._connection.execute(statement, values, prepare=True)
