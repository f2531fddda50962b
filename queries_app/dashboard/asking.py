"""Asks the reports in this process, by the questions that they get over HTTP."""

from collections.abc import Callable
from inspect import unwrap
from typing import Any

from django.http import HttpResponseBase

from queries_app.reports.question import Question


def answer(
    report: Callable[..., HttpResponseBase], question: Question, **address: str
) -> Any:
    """What its view would render."""
    return unwrap(report)(question, **address)
