"""The planted bugs, in the direction of flow."""

from chaos.mutants import commands, workloads
from chaos.mutants.mutant import Edit, Mutant, Workload


def mutant(name: str, breaks: str, workload: Workload, *edits: Edit) -> Mutant:
    return Mutant(name=name, breaks=breaks, edits=edits, workload=workload)


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
        workloads.relay_killed,
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
        workloads.late_commit,
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
        workloads.late_commit,
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
        workloads.unroutable,
        Edit("messaging/publisher.py", "mandatory=True", "mandatory=False"),
    ),
    mutant(
        "returns overlooked",
        "a confirm counts although the message came back",
        workloads.unroutable,
        Edit(
            "messaging/publisher.py",
            "{id_ for id_ in self._confirmed if str(id_) not in self._returned}",
            "self._confirmed",
        ),
    ),
    mutant(
        "nack taken for ack",
        "what the broker refused counts as published",
        workloads.refused,
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
        workloads.watermark,
        Edit(
            "commands_app/outbox.py",
            "return Pending([_message(*row[1:-1]) for row in rows], rows[0][6])",
            "return Pending([_message(*row[1:-1]) for row in rows], now)",
        ),
    ),
)

CONSUMER = (
    mutant(
        "ack before commit",
        "a crash loses the batch in hand",
        workloads.consumer_killed,
        Edit(
            "projections_app/consumer.py",
            "        failures = projector.apply([each.body for each in deliveries])\n",
            "        self._subscriber.ack([each.tag for each in deliveries])\n"
            "        failures = projector.apply([each.body for each in deliveries])\n",
        ),
        Edit(
            "projections_app/consumer.py",
            "        self._ack([each for each in deliveries"
            " if each.tag not in poison])",
            "        self._forget()",
        ),
    ),
    mutant(
        "no dedupe",
        "a window that is published twice counts twice",
        workloads.relay_killed,
        Edit(
            "projections_app/projector.py",
            "    return [by_id[event_id] for (event_id,) in cursor.fetchall()]",
            "    return events",
        ),
        Edit(
            "projections_app/ledger.py",
            "    return [event_id for (event_id,) in cursor.fetchall()]",
            "    return [row.event_id for row in rows]",
        ),
    ),
    mutant(
        "no transaction around a batch",
        "a crash leaves the event in some views, and claimed",
        workloads.consumer_killed,
        Edit(
            "projections_app/projector.py",
            "with transient_errors(), transaction.atomic(using=DATABASE):",
            "with transient_errors():",
        ),
    ),
    mutant(
        "dedupe outside the transaction",
        "a crash between claim and batch loses the batch",
        workloads.consumer_killed,
        Edit(
            "projections_app/projector.py",
            "        with transient_errors(), transaction.atomic(using=DATABASE):\n"
            "            _write(batch, projections)",
            "        with transient_errors(), connections[DATABASE].cursor() as one:\n"
            "            new = _claim(one, [e for e in batch if e.watermark is None])\n"
            "        with transient_errors(), transaction.atomic(using=DATABASE):\n"
            "            _write(batch, projections, new)",
        ),
        Edit(
            "projections_app/projector.py",
            "def _write(batch: list[_Prepared], projections: Sequence[Projection])",
            "def _write(batch, projections, new)",
        ),
        Edit(
            "projections_app/projector.py",
            "        new = _claim(cursor, [each for each in batch"
            " if each.watermark is None])\n",
            "",
        ),
    ),
    mutant(
        "redelivered taken for applied",
        "what came once before is acknowledged unseen",
        workloads.consumer_killed,
        Edit(
            "projections_app/redelivery.py",
            "**dict.fromkeys(pending - suspects, Verdict.TOGETHER),",
            "**dict.fromkeys(pending - suspects, Verdict.APPLIED),",
        ),
    ),
    mutant(
        "unsorted upserts",
        "two writers lock the same rows in two orders",
        workloads.two_projectors,
        Edit(
            "projections_app/projection.py",
            "AS increment ORDER BY {key}",
            "AS increment ORDER BY random()",
        ),
    ),
    mutant(
        "a batch parked for one event",
        "good events are parked with the poison",
        workloads.poisoned,
        Edit(
            "projections_app/projector.py",
            "        if alone:\n            return [Failure(batch[0].position, error)]",
            "        return [Failure(each.position, error) for each in batch]",
        ),
    ),
    mutant(
        "rejected before it is parked",
        "a crash leaves the poison with the broker alone",
        workloads.poisoned,
        Edit(
            "projections_app/consumer.py",
            "        reasons = dead_letters.park_all(",
            "        self._reject([delivery for delivery, _ in poison])\n"
            "        reasons = dead_letters.park_all(",
        ),
        Edit(
            "projections_app/consumer.py",
            "delivery.message_id, reason)\n"
            "        self._reject([delivery for delivery, _ in poison])",
            "delivery.message_id, reason)",
        ),
    ),
    mutant(
        "a slow database blamed on the event",
        "good events are parked while a lock is held",
        workloads.slow_database,
        Edit(
            "projections_app/projector.py",
            "        if alone or not isinstance(error, TooSlow):\n            raise",
            "        if alone:\n            return [Failure(batch[0].position, error)]",
        ),
    ),
    mutant(
        "hours of processing",
        "a sale is booked in the hour in which it was applied",
        workloads.plain,
        Edit(
            "projections_app/ledger.py",
            "return SalesLedger.Kind.SALE.value, 1, event.placed_at",
            "return SalesLedger.Kind.SALE.value, 1,"
            " datetime.now(event.placed_at.tzinfo)",
        ),
    ),
)

REBUILDS = (
    mutant(
        "swap without the tail",
        "what was applied since the last round is not in the new tables",
        commands.replayed,
        Edit(
            "projections_app/swap.py",
            "            advance(cursor, generation,"
            " last_row(cursor, generation.live))\n",
            "",
        ),
    ),
    mutant(
        "swap without the barrier",
        "the consumer writes into tables that are being replaced",
        commands.replayed,
        Edit(
            "projections_app/swap.py",
            "    with barrier(cursor):\n        paused",
            "    if True:\n        paused",
        ),
    ),
    mutant(
        "cut after the history",
        "what came while the history was read is in neither part",
        commands.replayed,
        Edit(
            "projections_app/rebuild.py",
            "    for table in tables:\n"
            "        generations.vacuum(cursor, table)\n"
            "    _roll_up(",
            "    with barrier(cursor):\n"
            "        generation.cut = last_row(cursor, live)\n"
            "    for table in tables:\n"
            "        generations.vacuum(cursor, table)\n"
            "    _roll_up(",
        ),
    ),
)

READ_SIDE = (
    mutant(
        "own writes not waited for",
        "an event on its way counts as applied",
        workloads.own_writes,
        Edit(
            "queries_app/queries.py",
            "return Progress.PARKED if parked else Progress.PENDING",
            "return Progress.PARKED if parked else Progress.APPLIED",
        ),
    ),
    mutant(
        "a lag that is always 0",
        "nobody is told that events do not come through",
        workloads.honest_lag,
        Edit(
            "queries_app/queries.py",
            "clock_timestamp() - watermark))::bigint",
            "watermark - watermark))::bigint",
        ),
    ),
)

MUTANTS = (*WRITE_SIDE, *RELAY, *CONSUMER, *REBUILDS, *READ_SIDE)
