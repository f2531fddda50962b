"""What keeps the broker's dead-letter queue, which holds copies, in agreement."""

from collections import Counter
from collections.abc import Sequence

from messaging.subscriber import Delivery, Subscriber
from projections_app import projector
from projections_app.dead_letters.parking import park, parked_among
from projections_app.dead_letters.settling import settle_applied
from projections_app.errors import DeadLettered
from projections_app.identity import identify
from projections_app.models import DeadLetter

SYNC_BATCH = 500
SYNC_LIMIT = 20_000  # messages that one `sync` holds unsettled, in memory
SYNC_WAIT_S = 1.0  # for the queue's first and next messages


def sync(queue: Subscriber, *, by: str) -> Counter[str]:
    """Makes table and dead-letter queue agree; `queue` consumes the latter.

    Copies what the broker parked by itself, drops what is settled, keeps the rest.
    """
    settle_applied(by=by)
    done: Counter[str] = Counter()
    while done.total() < SYNC_LIMIT:
        batch = queue.receive(limit=SYNC_BATCH, wait=SYNC_WAIT_S)
        if not batch:
            break
        done.update(_sync(queue, batch))
    return done


def _sync(queue: Subscriber, batch: Sequence[Delivery]) -> list[str]:
    """What was done with each message: kept, dropped or copied."""
    names = [identify(delivery.body) for delivery in batch]
    prints = {name.fingerprint for name in names}
    kept = parked_among(prints)
    settled = DeadLetter.objects.filter(fingerprint__in=prints).exclude(settled_at=None)
    over = projector.applied(name.event_id for name in names) | set(
        settled.values_list("fingerprint", flat=True)
    )
    done = []
    for delivery, name in zip(batch, names, strict=True):
        if name.fingerprint in kept:
            done.append("kept")
        elif name.fingerprint in over:
            queue.ack([delivery.tag])
            done.append("dropped")
        else:
            park(delivery.body, DeadLettered(), event_type=delivery.type or "")
            kept.add(name.fingerprint)
            done.append("copied")
    return done
