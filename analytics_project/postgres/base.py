"""The database backend: a lost connection is noticed without asking the server."""

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def close_if_health_check_failed(self) -> None:
        """Asks the server only if there is reason to.

        A server that ends a connection says so on it, or closes it: either way there
        is something to read where nothing was asked.
        """
        if self.connection is not None and is_quiet(self.connection):
            self.health_check_done = True
        super().close_if_health_check_failed()


def is_quiet(connection: Any) -> bool:
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
