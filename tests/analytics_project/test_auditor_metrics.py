"""The auditor counts what was lost, and tells when it last looked."""

import time

from django.db import connection

from analytics_project.auditor import LAST_ROUND, LOST, SESSION
from tests.analytics_project.auditing import a_lost_order, an_auditor, rounds
from tests.messaging.metered import total


def test_a_lost_event_is_counted_once() -> None:
    a_lost_order()
    before = total(LOST)

    rounds(an_auditor(), 3)

    assert total(LOST) == before + 1


def test_its_session_has_the_name_that_status_looks_for() -> None:
    an_auditor()

    with connection.cursor() as cursor:
        cursor.execute("SHOW application_name")
        assert cursor.fetchone() == (SESSION,)


def test_every_round_is_told_whatever_it_found() -> None:
    began = time.time()

    an_auditor().run_once()

    assert began <= total(LAST_ROUND) <= time.time()
