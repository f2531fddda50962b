"""The replays that run and those that ran: how far, and what came of each."""

from django.db import models
from django.db.models.functions import Now


class Replay(models.Model):
    """A rebuild or a rollback; it writes its row once a second while it runs.

    `wanted` is the operators' word to it, which it reads as often.
    """

    class Source(models.TextChoices):
        LEDGER = "ledger"
        OUTBOX = "outbox"
        ROLLBACK = "rollback"

    class Wanted(models.TextChoices):
        RUN = "run"
        PAUSE = "pause"
        CANCEL = "cancel"

    class Outcome(models.TextChoices):
        SWAPPED = "swapped"
        FAILED = "failed"
        CANCELLED = "cancelled"
        INTERRUPTED = "interrupted"
        DIED = "died"

    source = models.TextField(choices=Source)
    names = models.TextField(db_default="")  # of projections, between blanks
    started_by = models.TextField()
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())  # its last sign of life
    stage = models.TextField(db_default="")
    step = models.IntegerField(db_default=0)  # of `steps`, from 1
    steps = models.IntegerField(db_default=0)
    done = models.BigIntegerField(db_default=0)  # events of this stage
    total = models.BigIntegerField(null=True)  # null: the stage counts none
    rate = models.FloatField(null=True)  # events a second
    left_s = models.FloatField(null=True)  # seconds to the swap, if it is not paused
    wanted = models.TextField(choices=Wanted, db_default=Wanted.RUN)
    asked_by = models.TextField(db_default="")
    paused_at = models.DateTimeField(null=True)  # since then it waits
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(choices=Outcome, db_default="")
    reason = models.TextField(db_default="")  # why nothing was swapped
    rows_verified = models.BigIntegerField(null=True)
    readers_ms = models.FloatField(null=True)  # they waited in the swap
    projector_ms = models.FloatField(null=True)

    class Meta:
        db_table = "replays"

    def __str__(self) -> str:
        return f"{self.source}: {self.outcome or self.stage}"
