"""The page that asks why messages are discarded before they are."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse

from analytics_project.admin.dead_letter_filters import described
from analytics_project.admin.fixed_set import FixedSet
from projections_app import dead_letters
from projections_app.models import DeadLetter

MAX_REASON = 1000  # characters
IDS = r"[0-9]{1,18}(,[0-9]{1,18})*"  # no more than a bigint holds


class DiscardForm(forms.Form):
    """Carries the set from the list to the discarding, so that it stays the same."""

    ids = forms.RegexField(f"^{IDS}$", widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Why they will never be applied. It is kept, with your name.",
    )

    def chosen(self) -> list[int]:
        """Also before a reason is given; none, if they are no numbers."""
        ids = str(self["ids"].value() or "")
        return [int(id_) for id_ in ids.split(",")] if re.fullmatch(IDS, ids) else []


def first_asked(chosen: FixedSet) -> DiscardForm:
    return DiscardForm(initial={"ids": ",".join(map(str, chosen.ids))})


def page(request: HttpRequest, form: DiscardForm) -> TemplateResponse:
    chosen = form.chosen()
    letters = dead_letters.among(chosen)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"Discard {len(chosen):,} parked messages",
        "opts": DeadLetter._meta,
        "form": form,
        "first": chosen[:1],
        "groups": [described(group) for group in dead_letters.groups(letters)],
    }
    return TemplateResponse(request, "analytics_project/discard.html", context)
