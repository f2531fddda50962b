#!/usr/bin/env python
"""Run one of the project's management commands."""

import os
import signal
import sys

if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].startswith("run_"):
        # A role has nothing in hand before it says how it wants to be ended.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "analytics_project.settings")

    from django.core.management import execute_from_command_line  # takes a moment

    execute_from_command_line(sys.argv)
