#!/usr/bin/env python
"""Run one of the project's management commands."""

import argparse
import os
import signal
import sys


def named_role(arguments: list[str]) -> str | None:
    """What `run_web --role` says: the settings want to know before it is run."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--role", nargs="?")  # the command itself refuses what is wrong
    role: str | None = parser.parse_known_args(arguments)[0].role
    return role


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("run_"):
        # A role has nothing in hand before it says how it wants to be ended.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if sys.argv[1:2] == ["run_web"] and (role := named_role(sys.argv[2:])):
        os.environ["ROLE"] = role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "analytics_project.settings")

    # These take a moment.
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"manage.py: {error}")
