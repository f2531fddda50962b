"""`dead_letters sync`: the table and the broker's dead-letter queue agree."""

from contextlib import closing

from messaging import topology
from projections_app import dead_letters
from projections_app.models import DeadLetter, DeadLetterAction
from tests.messaging.builders import an_order, body_of
from tests.projections_app.conftest import Queues, eventually
from tests.projections_app.messages import POISON


def orders(count: int) -> list[bytes]:
    return [body_of(an_order(order_id=n + 1)) for n in range(count)]


def test_sync_copies_what_the_broker_parked_and_drops_what_is_settled(
    queues: Queues,
) -> None:
    queues.publish(*list(POISON.values())[:3], *orders(2))
    queues.consume(5)
    first, second, _ = DeadLetter.objects.order_by("id")
    dead_letters.discard(
        [first.id, second.id], by="a test", reason="nobody misses them"
    )
    queues.publish(*orders(1))
    reject_by_hand(queues)
    eventually(lambda: queues.dead() == 4)

    assert synced(queues) == {"dropped": 2, "kept": 1, "copied": 1}

    eventually(lambda: queues.dead() == 2)
    assert "DeadLettered" in DeadLetter.objects.order_by("id").last().reason
    assert synced(queues) == {"kept": 2}
    assert dead_letters.parked().count() == 2


def test_sync_settles_what_was_applied_in_another_way(queues: Queues) -> None:
    [body] = orders(1)
    queues.publish(body)
    reject_by_hand(queues)
    synced(queues)
    queues.publish(body)
    queues.consume(1)

    assert synced(queues) == {"dropped": 1}

    assert DeadLetter.objects.get().settlement == "retried"
    written = DeadLetterAction.objects.get()
    assert (written.actor, written.action, written.outcome) == (
        "a test",
        "sync",
        "applied",
    )
    assert queues.dead() == 0


def reject_by_hand(queues: Queues) -> None:
    with closing(queues.subscriber()) as subscriber:
        subscriber.connect()
        [delivery] = subscriber.receive(limit=1, wait=10)
        subscriber.reject(delivery.tag)
    eventually(lambda: queues.dead() > 0)


def synced(queues: Queues) -> dict[str, int]:
    with closing(queues.subscriber(topology.DEAD_LETTER_QUEUE)) as subscriber:
        subscriber.connect()
        return dict(dead_letters.sync(subscriber, by="a test"))
