"""Applies half of the outbox: `python projecting.py 0` the even events, 1 the odd.

Runs in the tree under test, beside another one, as a retried dead letter does beside
the consumer. A batch is small, and both write the same rows. It begins when its
standard input is closed.
"""

import sys
from itertools import islice

import django

BATCH = 1
ROUNDS = 3


def main(half: int) -> None:
    django.setup()
    from commands_app import outbox
    from projections_app import projector
    from projections_app.errors import Transient

    bodies = iter(list(outbox.history())[half::2])
    print("ready", flush=True)
    sys.stdin.read()  # until it is closed: both begin at once
    while batch := list(islice(bodies, BATCH)):
        for _ in range(ROUNDS):
            try:
                projector.apply(batch)
                break
            except Transient as error:
                print(error, file=sys.stderr)


if __name__ == "__main__":
    main(int(sys.argv[1]))
