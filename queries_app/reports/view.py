"""A report's view: the question decoded, asked for and answered, with its headers."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from queries_app import parameters, trust
from queries_app.own_writes import await_event
from queries_app.reports import export
from queries_app.reports.answers import Answer
from queries_app.reports.question import Question, question
from queries_app.reports.table import Sheet, Table, sheet
from queries_app.responses import encode

Report = Callable[..., Answer]  # of a question and what the address names
Tabled = Callable[..., Sheet | Table]  # of the same
View = Callable[..., Any]  # which answers at once or streams


def report(*own: str, table: Tabled | None = None) -> Callable[[Report], View]:
    """Makes a view of a function that answers a Question.

    `own` names the parameters that it takes beside the common ones. GET and HEAD only;
    `?after=` waits; every fault of the question becomes a 400 (errors.py). A report
    whose answer does not hold all rows gives them for `?format=` by `table`.
    """

    def made(answers: Report) -> View:
        @require_safe
        @wraps(answers)
        def view(request: HttpRequest, **address: str) -> HttpResponseBase:
            if wait := parameters.wait(request.GET):
                await_event(wait)
            understood = asked(request, (*own, "format"))
            form = export.asked(understood)
            if form == "json":
                return rendered(answers(understood, **address), understood)
            if table:
                rows = table(understood, **address)
            else:
                rows = sheet(answers(understood, **address))
            is_head = request.method == "HEAD"
            return export.exported(understood, form, rows, is_head=is_head)

        return view

    return made


def asked(request: HttpRequest, own: tuple[str, ...]) -> Question:
    return question(request.GET, own=own, now=datetime.now(UTC), path=request.path_info)


def rendered(answer: Answer, asked_for: Question) -> HttpResponse:
    parked = str(answer.meta.parked_events)
    return HttpResponse(
        encode(answer),
        content_type="application/json",
        headers={**asked_for.state.headers, trust.PARKED: parked},
    )
