"""Applies events: with the projector ("ours"), or with its statements alone ("bare").

Every call takes the next events of the outbox, as many batches as told. Both write the
same rows, so that the figures are exact afterwards, whoever wrote them.
"""

import os
import sys
from itertools import islice

import django
import psycopg
from django.conf import settings

from bench.worker import serve
from bench.workers.clock import seconds


def main(batches: int) -> None:
    django.setup()
    from bench.workers.bare_projector import BareProjector
    from commands_app import outbox
    from projections_app import projector

    size = settings.CONSUMER_BATCH
    bare = BareProjector(psycopg.connect(os.environ["READ_DATABASE_URL"]))

    def take() -> list[list[bytes]]:
        """The next batches, which count as published from now on."""
        messages = outbox.pending(batches * size).messages
        outbox.mark_published([message.id for message in messages])
        bodies = iter([message.body for message in messages])
        return [list(islice(bodies, size)) for _ in range(batches)]

    def ours() -> dict[str, float]:
        taken = take()

        def apply() -> None:
            for batch in taken:
                projector.apply(batch)

        return {"rate": batches * size / seconds(apply)}

    def alone() -> dict[str, float]:
        prepared = [bare.prepare(batch) for batch in take()]

        def apply() -> None:
            for batch in prepared:
                bare.apply(batch)

        return {"rate": batches * size / seconds(apply)}

    serve({"ours": ours, "bare": alone})


if __name__ == "__main__":
    main(int(sys.argv[1]))
