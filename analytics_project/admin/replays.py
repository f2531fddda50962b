"""Replays: the one that runs, as it goes, with what an operator may tell it."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST, require_safe

from analytics_project.admin import rendering
from analytics_project.admin.read_only import NarrowList, ReadOnlyAdmin
from projections_app import replays
from projections_app.errors import NoReplay
from projections_app.models import Replay

PAGE = "admin:projections_app_replay"
NOW = "analytics_project/replay_now.html"
Wanted = Replay.Wanted
ASKED = {
    Wanted.PAUSE: "It will pause after the step that it is at.",
    Wanted.RUN: "It goes on.",
    Wanted.CANCEL: "It will end after the step that it is at; nothing is swapped.",
}


class ListWithLooks(NarrowList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        alive = replays.is_locked()
        for replay in self.result_list:
            replay.state = replays.look(replay, alive=alive).state


@admin.register(Replay)
class ReplayAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "source",
        "projections",
        "state",
        "by",
        "started_at",
        "took",
        "rows_verified",
        "swap",
        "why",
    )
    fields = (*list_display, "stage", "step", "steps", "seen_at", "ended_at")
    change_list_template = "analytics_project/replays.html"

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("now/", guarded(require_safe(self.now)), name=f"{PAGE[6:]}_now"),
            path("ask/", guarded(require_POST(self.ask)), name=f"{PAGE[6:]}_ask"),
            *super().get_urls(),
        ]

    def get_changelist(self, request: HttpRequest, **_: Any) -> type[ChangeList]:
        return ListWithLooks

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**shown(), "may_act": self.has_act_permission(request)}
        return super().changelist_view(request, context)

    def now(self, request: HttpRequest) -> HttpResponse:
        """The part of the page that a script asks for once a second."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return render(request, NOW, shown())

    def ask(self, request: HttpRequest) -> HttpResponse:
        wanted = request.POST.get("wanted", "")
        if not self.has_act_permission(request) or wanted not in Wanted.values:
            raise PermissionDenied
        try:
            replays.ask(wanted, by=str(request.user))
        except NoReplay as error:
            self.message_user(request, str(error), messages.WARNING)
        else:
            self.message_user(request, ASKED[Wanted(wanted)], messages.SUCCESS)
        return HttpResponseRedirect(reverse(f"{PAGE}_changelist"))

    @admin.display(description="of")
    def projections(self, replay: Replay) -> str:
        return replay.names or "all"

    @admin.display
    def state(self, replay: Replay) -> str:
        return getattr(replay, "state", "") or replays.look(replay).state

    @admin.display
    def by(self, replay: Replay) -> str:
        return rendering.line(replay.started_by)

    @admin.display
    def took(self, replay: Replay) -> str:
        return rendering.duration(
            (replay.ended_at or replay.seen_at) - replay.started_at
        )

    @admin.display(description="readers waited")
    def swap(self, replay: Replay) -> str:
        return "" if replay.readers_ms is None else f"{replay.readers_ms:.0f} ms"

    @admin.display(description="why not swapped")
    def why(self, replay: Replay) -> str:
        return rendering.line(replay.reason)


def shown() -> dict[str, Any]:
    """The newest replay; `may` is what it can be told just now."""
    look = replays.newest()
    if look is None:
        return {"look": None, "may": ()}
    replay = look.replay
    left = None if look.left_s is None else timedelta(seconds=look.left_s + 1)
    return {
        "look": look,
        "replay": replay,
        "by": rendering.line(replay.started_by),
        "asked_by": rendering.line(replay.asked_by),
        "left": rendering.duration(left) if left else "",
        "sign": rendering.age(replay.seen_at),
        "passed": passed(replay),
        "may": may(replay) if look.is_running else (),
    }


def passed(replay: Replay) -> float:
    """What part of its time is over."""
    if replay.left_s is None:
        return 0
    spent = (replay.paused_at or replay.seen_at) - replay.started_at
    return 1 - replay.left_s / max(1, replay.left_s + spent.total_seconds())


def may(replay: Replay) -> tuple[str, ...]:
    match replay.wanted:
        case Wanted.CANCEL:
            return ()
        case Wanted.PAUSE:
            return (Wanted.RUN, Wanted.CANCEL)
    return (Wanted.PAUSE, Wanted.CANCEL)
