"""What was applied, what was parked, and how far everything is."""

from typing import Any, cast

from django.db import models
from django.db.models import Expression, F, Func, Value
from django.db.models.functions import Now

# What is taken out of a reason in turn, and what stands for it: messages that differ
# in nothing else have one cause. A quote that opens follows no letter ("can't"); the
# names of constraints and tables are no values, for they tell causes apart.
_VALUES = (
    (r"(?<!\w)'[^']*'(?!\w)", "'*'"),
    (r'(?<!(column|constraint|relation) )(?<!\w)"[^"]*"', '"*"'),
    (r"(?<!\w)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?!\w)", "#"),
    (r"(?<!\w)(0x)?[0-9a-f]{32,}(?!\w)|(?<!\w)0x[0-9a-f]+", "#"),
    (r"(?<!\w)[-+]?\d+([.,:/T-]\d+)*([eE][-+]?\d+)?", "#"),
)


def without_values(reason: F) -> Expression:
    """The error's class and message without numbers, ids and quoted values, in SQL."""
    kept: Any = reason
    for pattern, stand_in in _VALUES:
        arguments = (Value(pattern), Value(stand_in), Value("g"))
        kept = Func(kept, *arguments, function="regexp_replace")
    return cast("Expression", kept)


class ProcessedEvent(models.Model):
    """Which events were applied: a cache that may be pruned (the ledger dedupes)."""

    event_id = models.UUIDField(primary_key=True)
    event_type = models.TextField()
    processed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "processed_events"

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"


class DeliveryAttempt(models.Model):
    """How often a redelivered message was tried; gone once applied or parked."""

    fingerprint = models.TextField(primary_key=True)
    attempts = models.IntegerField()
    last_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "delivery_attempts"

    def __str__(self) -> str:
        return self.fingerprint


class DeadLetter(models.Model):
    """A parked message: why, how often tried, its bytes, and how it was settled."""

    class Settlement(models.TextChoices):
        RETRIED = "retried"
        DISCARDED = "discarded"

    # The event's id where the message has one, else the SHA-256 of its bytes.
    fingerprint = models.TextField()
    event_id = models.UUIDField(null=True)
    event_type = models.TextField()
    reason = models.TextField()
    # Of messages with one `cause` and type an operator thinks as one group.
    cause = models.GeneratedField(
        expression=without_values(F("reason")),
        output_field=models.TextField(),
        db_persist=True,
    )
    traceback = models.TextField(db_default="")
    attempts = models.IntegerField(db_default=1)
    body = models.BinaryField()
    parked_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)
    settlement = models.TextField(choices=Settlement, null=True)  # noqa: DJ001

    class Meta:
        db_table = "dead_letters"
        constraints = [
            models.UniqueConstraint(
                name="dead_letters_parked_once",
                fields=["fingerprint"],
                condition=models.Q(settled_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_type}: {self.reason}"


class DeadLetterAction(models.Model):
    """What was done with a parked message, by whom: rows are only ever added.

    A trigger refuses changes. It has no foreign key: it outlives the message.
    """

    class Action(models.TextChoices):
        RETRY = "retry"
        DISCARD = "discard"
        SYNC = "sync"

    class Outcome(models.TextChoices):
        APPLIED = "applied"
        FAILED = "failed"
        DISCARDED = "discarded"

    at = models.DateTimeField(db_default=Now())
    actor = models.TextField()
    action = models.TextField(choices=Action)
    letter_id = models.BigIntegerField(db_index=True)
    fingerprint = models.TextField()
    event_type = models.TextField()
    outcome = models.TextField(choices=Outcome)
    reason = models.TextField(db_default="")  # why discarded, or why it failed again

    class Meta:
        db_table = "dead_letter_actions"

    def __str__(self) -> str:
        return f"{self.action} of {self.letter_id} by {self.actor}: {self.outcome}"


class ProjectionState(models.Model):
    """A projection's generation: which rebuild its table comes from."""

    name = models.TextField(primary_key=True)
    generation = models.IntegerField(db_default=1)
    swapped_at = models.DateTimeField(null=True)
    # The last ledger row in the previous generation's table, which a rollback
    # catches up from; null when there is no previous generation.
    previous_cut = models.BigIntegerField(null=True)

    class Meta:
        db_table = "projection_state"

    def __str__(self) -> str:
        return f"{self.name}, generation {self.generation}"


class SyncState(models.Model):
    """How far the projector is: a single row (id 1), null before the first event."""

    last_event_at = models.DateTimeField(null=True)  # newest business event applied
    watermark = models.DateTimeField(null=True)  # all committed before it is applied
    # An earlier watermark lifts nothing: lost events were published after it.
    believe_from = models.DateTimeField(null=True)

    class Meta:
        db_table = "sync_state"
        verbose_name_plural = "sync state"

    def __str__(self) -> str:
        return f"applied up to {self.watermark}"


class ConsumerStatus(models.Model):
    """What a consumer said last of broker and database: a single row (id 1)."""

    state = models.TextField()
    reason = models.TextField()
    since = models.DateTimeField(db_default=Now())  # it is in this state
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "consumer_status"
        verbose_name_plural = "consumer status"

    def __str__(self) -> str:
        return self.state
