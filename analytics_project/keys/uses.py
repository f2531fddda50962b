"""When a key was last used: noted behind the request, once a minute at most."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections

from analytics_project.models import ApiKeyUse

logger = logging.getLogger(__name__)

MINUTE_S = 60.0
# However many processes note a use, the row changes once a minute.
NOTE = """
    INSERT INTO api_key_uses AS noted (key_id, last_used_at) VALUES (%s, now())
    ON CONFLICT (key_id) DO UPDATE SET last_used_at = excluded.last_used_at
    WHERE noted.last_used_at < now() - interval '1 minute'"""

_noted: dict[str, float] = {}  # when, on the monotonic clock, by key id
# A thread and a connection of its own: no request waits for it or shares its fate.
_writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="key-uses")


def note(key_id: str) -> None:
    now = time.monotonic()
    if now - _noted.get(key_id, -MINUTE_S) >= MINUTE_S:
        _noted[key_id] = now
        _writer.submit(write, key_id)


def write(key_id: str) -> None:
    connection = connections[place()]
    try:
        with connection.cursor() as cursor:
            cursor.execute(NOTE, [key_id])
    except (DatabaseError, InterfaceError) as error:
        names = {"key_id": key_id, "error": str(error)}
        logger.warning("the use of a key was not noted", extra=names)
    finally:
        connection.close()


def place() -> str:
    return "uses" if settings.ROLE == "queries" else "default"


def last_uses() -> dict[str, datetime]:
    """By key id, the later of what both web roles saw."""
    last: dict[str, datetime] = {}
    for database in ("default", "read"):
        for use in ApiKeyUse.objects.using(database):
            seen = last.get(use.key_id, use.last_used_at)
            last[use.key_id] = max(seen, use.last_used_at)
    return last
