"""Bugs planted between the broker and an answer."""

from chaos.mutants import publishing, workloads
from chaos.mutants.mutant import Edit, mutant

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
        publishing.relay_killed,
        Edit(
            "projections_app/projector.py",
            "    return [by_id[event_id] for (event_id,) in cursor.fetchall()]",
            "    return events",
        ),
        Edit(
            "projections_app/ledger.py",
            "ON CONFLICT (event_id, line_no) DO NOTHING",
            "ON CONFLICT (event_id, line_no) DO UPDATE SET kind = excluded.kind",
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
            'logger.warning("parked", extra=told)\n'
            "        self._reject([delivery for delivery, _ in poison])",
            'logger.warning("parked", extra=told)',
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
