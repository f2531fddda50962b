"""Becomes the web server of one role: gunicorn with threads, or granian if chosen."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from gunicorn import __main__ as program
from gunicorn.app import wsgiapp

from analytics_project.metrics_folder import own_folder

APPLICATION = "analytics_project.wsgi:application"
GRANIAN_LOG = Path(__file__).parents[2] / "granian_log.json"
HEADER_TIMEOUT_S = 5  # for a client to send the head of a request
SHARED_MEMORY = "/dev/shm"  # noqa: S108 (gunicorn makes its own private file there)
GRACE_S = 8  # for requests in flight after SIGTERM
KEEPALIVE_S = 5
LIMIT_LINE = 4094  # bytes; a category of 100 characters is at most 1,200
LIMIT_FIELDS = 50
LIMIT_FIELD_SIZE = 8190  # bytes


class Command(BaseCommand):
    help = "Serve one role over HTTP: commands (8080) or queries (8081)."
    requires_system_checks = ("settings",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", choices=("commands", "queries"), required=True)

    def handle(self, *, role: str, **_: Any) -> None:
        name = settings.QUERY_SERVER if role == "queries" else "gunicorn"
        if name not in SERVERS:
            raise CommandError(f"QUERY_SERVER is one of {', '.join(SERVERS)}.")
        os.environ.update(ROLE=role, **counting())
        SERVERS[name](role)


def gunicorn(role: str) -> None:
    """Goes on in this process: Django need not be loaded once more."""
    sys.argv = [program.__file__, *gunicorn_arguments(role)]
    wsgiapp.run(prog="gunicorn")


def granian(role: str) -> None:
    """Starts its own processes from the beginning, and so begins as one of them."""
    command = [sys.executable, "-m", "granian", *granian_arguments(role)]
    os.execv(sys.executable, command)  # noqa: S606 (no shell is wanted)


def counting() -> dict[str, str]:
    """What has prometheus_client count in files that all processes share."""
    if not settings.METRICS_PORT:
        return {}
    return {"PROMETHEUS_MULTIPROC_DIR": str(own_folder())}


def gunicorn_arguments(role: str) -> list[str]:
    options = {
        "bind": f"{host()}:{port(role)}",
        "worker-class": "analytics_project.web_worker.Worker",
        "logger-class": "analytics_project.web_log.Log",
        "workers": settings.WEB_WORKERS,
        "threads": settings.WEB_THREADS,
        "keep-alive": KEEPALIVE_S,
        "graceful-timeout": GRACE_S,
        "limit-request-line": LIMIT_LINE,
        "limit-request-fields": LIMIT_FIELDS,
        "limit-request-field_size": LIMIT_FIELD_SIZE,
        "name": f"analytics-{role}",
    }
    if Path(SHARED_MEMORY).is_dir():
        options["worker-tmp-dir"] = SHARED_MEMORY
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [*flags, "--preload", "--no-control-socket", APPLICATION]


def granian_arguments(role: str) -> list[str]:
    options = {
        "interface": "wsgi",
        "http": "1",
        "host": settings.BIND_HOST.strip("[]"),
        "port": port(role),
        "workers": settings.WEB_WORKERS,
        "blocking-threads": settings.WEB_THREADS,
        "http1-header-read-timeout": HEADER_TIMEOUT_S * 1000,  # ms
        "workers-kill-timeout": GRACE_S,
        "log-level": "warning",
    }
    if settings.LOG_FORMAT == "json":
        options["log-config"] = GRANIAN_LOG
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [*flags, "--no-ws", "--respawn-failed-workers", APPLICATION]


SERVERS = {"gunicorn": gunicorn, "granian": granian}


def host() -> str:
    bare = str(settings.BIND_HOST).strip("[]")
    return f"[{bare}]" if ":" in bare else bare


def port(role: str) -> int:
    if role == "commands":
        return int(settings.COMMAND_SERVICE_PORT)
    return int(settings.QUERY_SERVICE_PORT)
