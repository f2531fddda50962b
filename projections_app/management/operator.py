"""Who works at the command line, for the record."""

import getpass
import os
import socket


def name() -> str:
    """As in `ann@host`; a container's user may have no name but a number."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid {os.getuid()}"
    return f"{user}@{socket.gethostname()}"
