"""The messages that were listed when the operator clicked, and none that came later."""

from typing import Any, NamedTuple

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.db.models import Max, QuerySet
from django.http import HttpRequest

from projections_app import dead_letters
from projections_app.models import DeadLetter


class FixedSet(NamedTuple):
    """At most `limit` ids in the order of their events; `more` did not fit."""

    ids: list[int]
    more: bool


def newest() -> int:
    return DeadLetter.objects.aggregate(newest=Max("id"))["newest"] or 0


class HeldForm(ActionForm):
    """The list says, in each action that is asked of it, how far it went."""

    up_to = forms.IntegerField(
        label="", required=False, initial=newest, widget=forms.HiddenInput
    )


def listed(request: HttpRequest, rows: QuerySet[Any], *, limit: int) -> FixedSet:
    """The parked ones of `rows`, which are what was ticked or all that match now.

    Of all that match, those with higher numbers than the list had are no part of it.
    """
    if request.POST.get("select_across") == "1":
        up_to = HeldForm.base_fields["up_to"].clean(request.POST.get("up_to"))
        rows = rows.filter(id__lte=up_to or 0)
    ids = dead_letters.fixed(rows, limit=limit + 1)
    return FixedSet(ids[:limit], len(ids) > limit)
