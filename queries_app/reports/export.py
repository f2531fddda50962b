"""Reports as files: the figures of the screen, all rows, a total, and as of when."""

import csv
import io
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, nullcontext
from itertools import chain
from typing import Literal, cast

from django.conf import settings
from django.db import connections
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from queries_app import trust
from queries_app.errors import InvalidParameter, TooManyExports
from queries_app.own_writes import place
from queries_app.reports import copying, parquet
from queries_app.reports.answers import Meta
from queries_app.reports.columns import Column, cell
from queries_app.reports.parameters import choice
from queries_app.reports.question import Question
from queries_app.reports.table import Sheet, Table
from queries_app.responses import Response, encode

Format = Literal["json", "csv", "ndjson", "parquet"]
TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
Writer = Callable[[copying.Link, Table], Iterator[bytes]]
BASE = "/api/analytics/"
PAGING = ("limit", "cursor")
NO_PARQUET = "parquet needs pyarrow: pip install -r requirements-parquet.txt."
AS_OF = "asOf"
TOTAL = "Total"


def asked(question: Question) -> Format:
    """Raises InvalidParameter."""
    form = cast(Format, choice(question.own, "format", Format) or "json")
    if form == "parquet" and not parquet.is_there():
        raise InvalidParameter("format", NO_PARQUET)
    for name in PAGING if form != "json" else ():
        if name in question.own:
            raise InvalidParameter(name, "is not for files: they have all rows.")
    return form


def exported(
    question: Question, form: Format, source: Sheet | Table, *, is_head: bool
) -> HttpResponseBase:
    """A table is streamed, and has a thread of the process as long as that takes."""
    headers = headers_of(question, form, source.meta)
    if is_head:
        return HttpResponse(headers=headers)
    if isinstance(source, Sheet):
        return HttpResponse(b"".join(SHEETS[form](source)), headers=headers)
    return StreamingHttpResponse(Begun(streamed(TABLES[form], source)), headers=headers)


def headers_of(question: Question, form: Format, meta: Meta) -> dict[str, str]:
    return {
        "Content-Type": TYPES[form],
        "Content-Disposition": f'attachment; filename="{file_name(question, form)}"',
        "X-Content-Type-Options": "nosniff",
        **question.state.headers,
        trust.PARKED: str(meta.parked_events),
    }


def file_name(question: Question, form: Format) -> str:
    """As in products-top_2024-03-01_2024-04-01.csv, the end as it was asked for."""
    report = re.sub("[^A-Za-z0-9]+", "-", question.path.removeprefix(BASE)).strip("-")
    zone = question.period.zone
    days = [f"{at.astimezone(zone):%Y-%m-%d}" for at in question.period[:2]]
    return f"{'_'.join([report, *days])}.{form}"


# --- streams ----------------------------------------------------------------------
class Begun:
    """Chunks, the first of which is there: what can fail fails before the answer."""

    def __init__(self, chunks: Generator[bytes, None, None]) -> None:
        self._first = next(chunks)
        self._chunks = chain([self._first], chunks)
        self.close = chunks.close

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks


def streamed(write: Writer, table: Table) -> Generator[bytes, None, None]:
    is_alone = settings.WEB_THREADS == 1  # then there is none to be kept free
    thread = nullcontext() if is_alone else place(TooManyExports)
    told = connections["read"].wrap_database_errors
    with thread, told, closing(copying.snapshot(lookups=table.lookups)) as link:
        yield from write(link, table)


def csv_table(link: copying.Link, table: Table) -> Iterator[bytes]:
    head = csv_line([*(each.name for each in table.columns), AS_OF])
    yield from copying.cells(link, table, head=head)
    yield csv_total(table.columns, copying.total(link, table), table.meta)


def json_table(link: copying.Link, table: Table) -> Iterator[bytes]:
    yield from copying.objects(link, table)
    yield json_total(copying.total(link, table), table.meta)


# --- lines --------------------------------------------------------------------------
def csv_sheet(sheet: Sheet) -> Iterator[bytes]:
    names = [each.name for each in sheet.columns]
    yield csv_line([*names, AS_OF])
    for row in sheet.rows:
        yield csv_line([*(cell(each.of(row)) for each in sheet.columns), ""])
    yield csv_total(sheet.columns, sheet.total, sheet.meta)


def csv_total(columns: Sequence[Column], total: Response | None, meta: Meta) -> bytes:
    """Below the columns of its own names; the first one, if it is none of them, says
    that this is the total (of what cannot be added, there is none).
    """
    cells = [cell(each.of(total)) for each in columns]
    if total and not hasattr(total, columns[0].fields[0]):
        cells[0] = TOTAL
    return csv_line([*cells, cell(meta.as_of)])


def csv_line(cells: Sequence[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue().encode()


def json_sheet(sheet: Sheet) -> Iterator[bytes]:
    for row in sheet.rows:
        yield encode(row) + b"\n"
    yield json_total(sheet.total, sheet.meta)


def json_total(total: Response | None, meta: Meta) -> bytes:
    """The last line; it says also what was asked."""
    return encode({"total": total, "meta": meta}) + b"\n"


SHEETS: dict[Format, Callable[[Sheet], Iterator[bytes]]] = {
    "csv": csv_sheet,
    "ndjson": json_sheet,
    "parquet": parquet.parquet_sheet,
}
TABLES: dict[Format, Writer] = {
    "csv": csv_table,
    "ndjson": json_table,
    "parquet": parquet.parquet_table,
}
