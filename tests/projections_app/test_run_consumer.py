"""The consumer as a process: it says that it lives and ends when it is asked to."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from projections_app.models import ProcessedEvent
from tests.messaging.builders import an_order, body_of
from tests.projections_app.conftest import Queues, eventually

pytestmark = pytest.mark.django_db(transaction=True, databases=["read"])


@contextmanager
def run_consumer(queues: Queues, alive: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Against the test's own queue and database."""
    server = os.environ["READ_DATABASE_URL"].rsplit("/", 1)[0]
    environment = os.environ | {
        "BROKER_URL": queues.url,
        "READ_DATABASE_URL": f"{server}/{connections['read'].settings_dict['NAME']}",
        "ALIVE_FILE": str(alive),
    }
    command = [sys.executable, "manage.py", "run_consumer"]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_the_process_applies_says_that_it_lives_and_ends_on_sigterm(
    queues: Queues, tmp_path: Path
) -> None:
    alive = tmp_path / "alive"
    queues.publish(*(body_of(an_order(order_id=n)) for n in range(20)))

    with run_consumer(queues, alive) as process:
        eventually(lambda: ProcessedEvent.objects.count() == 20)
        eventually(alive.exists)
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=10) == 0

    assert queues.depth() == 0
