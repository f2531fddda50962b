"""Bugs planted between a request and the broker."""

from chaos.mutants import commands, publishing, workloads
from chaos.mutants.mutant import Edit, mutant

WRITE_SIDE = (
    mutant(
        "a key is not locked",
        "two requests with one Idempotency-Key work at the same time",
        commands.one_key,
        Edit(
            "commands_app/idempotency.py",
            "SELECT pg_try_advisory_xact_lock(",
            "SELECT true OR pg_try_advisory_xact_lock(",
        ),
    ),
    mutant(
        "a key forgets its request",
        "another body gets the first one's answer",
        commands.one_key,
        Edit(
            "commands_app/idempotency.py",
            "if first_asked != asked:",
            "if first_asked is None:",
        ),
    ),
    mutant(
        "answer stored after the commit",
        "a crash between work and stored answer does the work again",
        commands.web_killed,
        Edit(
            "commands_app/idempotency.py",
            "return in_transaction(lambda: _once(key, asked, work))",
            "return _once(key, asked, work)",
        ),
    ),
    mutant(
        "dual write",
        "the event is written after the commit of its order",
        commands.web_killed,
        Edit("commands_app/orders.py", "outbox.append(", "later("),
        Edit(
            "commands_app/orders.py",
            "def place_orders(",
            "def later(*given):\n"
            "    from django.db import transaction\n\n"
            "    def append():\n"
            '        fail_point("orders.written")\n'
            "        outbox.append(*given)\n\n"
            "    transaction.on_commit(append)\n\n\n"
            "def place_orders(",
        ),
    ),
    mutant(
        "lost update in stock",
        "the stock is read without a lock and written back",
        commands.tracked_stock,
        Edit("commands_app/stock.py", "ORDER BY id FOR NO KEY UPDATE", "ORDER BY id"),
        Edit(
            "commands_app/stock.py",
            "SET stock = stock + difference",
            "SET stock = difference"
            " + (SELECT stock FROM products AS seen WHERE seen.id = change.id)",
        ),
    ),
    mutant(
        "stock checked without a lock",
        "the last pieces are promised to more than one",
        commands.tracked_stock,
        Edit("commands_app/stock.py", "ORDER BY id FOR NO KEY UPDATE", "ORDER BY id"),
    ),
    mutant(
        "order reversed without a lock",
        "two refunds take back the same piece",
        commands.reversals,
        Edit("commands_app/sold.py", "FOR NO KEY UPDATE", ""),
    ),
)

RELAY = (
    mutant(
        "mark before confirm",
        "a crash loses what was marked and not yet sent",
        publishing.relay_killed,
        Edit(
            "commands_app/relay.py",
            "        taken = self._publisher.publish(messages)\n",
            "        outbox.mark_published([each.id for each in messages])\n"
            "        taken = self._publisher.publish(messages)\n",
        ),
    ),
    mutant(
        "cursor by id",
        "who commits late with an early id is passed by",
        publishing.late_commit,
        Edit(
            "commands_app/outbox.py",
            "FROM outbox WHERE published_at IS NULL\n               ORDER BY id",
            "FROM outbox WHERE id > (SELECT coalesce(max(id), 0) FROM outbox"
            " WHERE published_at IS NOT NULL)\n               ORDER BY id",
        ),
    ),
    mutant(
        "mark up to an id",
        "what committed late is marked with the others, unsent",
        publishing.late_commit,
        Edit(
            "commands_app/outbox.py",
            "clock_timestamp()\n    WHERE event_id = ANY(%s) AND",
            "clock_timestamp()\n    WHERE id <="
            " (SELECT max(id) FROM outbox WHERE event_id = ANY(%s)) AND",
        ),
    ),
    mutant(
        "no mandatory",
        "the broker drops what it cannot route, and confirms it",
        publishing.unroutable,
        Edit("messaging/publisher.py", "mandatory=True", "mandatory=False"),
    ),
    mutant(
        "returns overlooked",
        "a confirm counts although the message came back",
        publishing.unroutable,
        Edit(
            "messaging/publisher.py",
            "{id_ for id_ in self._confirmed if str(id_) not in self._returned}",
            "self._confirmed",
        ),
    ),
    mutant(
        "nack taken for ack",
        "what the broker refused counts as published",
        publishing.refused,
        Edit(
            "messaging/publisher.py",
            "if id_ is not None and isinstance(answer, Basic.Ack):",
            "if id_ is not None:",
        ),
    ),
    mutant(
        "confirms without multiple",
        "one confirm for many messages settles the last one only",
        workloads.plain,
        Edit(
            "messaging/publisher.py",
            "first = next(iter(self._unconfirmed), last) if answer.multiple else last",
            "first = last",
        ),
    ),
    mutant(
        "watermark before the events",
        "the watermark is the present, while a backlog waits",
        publishing.watermark,
        Edit(
            "commands_app/outbox.py",
            "return Pending([_message(*row[1:-1]) for row in rows], rows[0][6])",
            "return Pending([_message(*row[1:-1]) for row in rows], now)",
        ),
    ),
)
