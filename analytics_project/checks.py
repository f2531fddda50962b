"""Settings that would go wrong later, told before anything starts."""

from collections.abc import Iterator
from ssl import create_default_context
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import available_timezones

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from analytics_project import production
from analytics_project.production import KNOWN_SECRETS, LOCAL_HOSTS

ROUTERS = [
    "analytics_project.routers.ReadRouter",
    "analytics_project.routers.WriteRouter",
]
POSITIVE = (
    "WEB_WORKERS",
    "WEB_THREADS",
    "MAX_BODY_BYTES",
    "STATEMENT_TIMEOUT_MS",
    "CONNECT_TIMEOUT_S",
    "EXPORT_TIMEOUT_S",
    "RELAY_WINDOW",
    "CONSUMER_BATCH",
    "MAX_ATTEMPTS",
    "AUDIT_SECONDS",
    "API_KEY_BURST",
)
# What a command names that has no use for Django's checks of models, URLs and admin:
# they take a quarter of its start.
TAG = "settings"
MAX_PORT = 65_535
MAX_RATE = 1_000_000  # a minute: the database knows microseconds
MAX_BATCH = 32_767  # twice of it is prefetched, and AMQP counts that in 16 bits
MIN_SECRET = 32  # characters


@register(TAG)
def check_settings(**_: Any) -> list[CheckMessage]:
    """At the start of every role and command. In production all of it is told."""
    found = [*databases(), *numbers(), *zones(), *certificates()]
    return [*found, *(refused() or secrets())]


def databases() -> Iterator[CheckMessage]:
    if settings.DATABASE_ROUTERS != ROUTERS:
        yield Error(
            "DATABASE_ROUTERS must be ReadRouter, then WriteRouter.",
            id="analytics.E001",
        )
    if place("default") == place("read"):
        yield Error(
            "The write and the read side share one database.",
            hint="Give DATABASE_URL and READ_DATABASE_URL different databases.",
            id="analytics.E002",
        )


def place(alias: str) -> tuple[Any, ...]:
    database = settings.DATABASES[alias]
    return tuple(database.get(key) for key in ("HOST", "PORT", "NAME"))


def numbers() -> Iterator[CheckMessage]:
    for name in POSITIVE:
        if getattr(settings, name) <= 0:
            yield Error(f"{name} must be greater than 0.", id="analytics.E003")
    if min(settings.KEEP_DAYS.values()) < 1:
        yield Error("Every *_KEEP_DAYS must be at least 1.", id="analytics.E003")
    if settings.CONSUMER_BATCH > MAX_BATCH:
        yield Error(f"CONSUMER_BATCH must be at most {MAX_BATCH}.", id="analytics.E003")
    if not 0 <= settings.API_KEY_RATE <= MAX_RATE:
        yield Error(
            f"API_KEY_RATE must be 0 to {MAX_RATE} requests a minute.",
            id="analytics.E003",
        )
    ports = settings.COMMAND_SERVICE_PORT, settings.QUERY_SERVICE_PORT
    if len(set(ports)) < len(ports) or not all(0 < port <= MAX_PORT for port in ports):
        yield Error(
            "COMMAND_SERVICE_PORT and QUERY_SERVICE_PORT must be two ports.",
            id="analytics.E004",
        )
    if settings.METRICS_PORT in ports or not 0 <= settings.METRICS_PORT <= MAX_PORT:
        yield Error("METRICS_PORT must be a port of its own.", id="analytics.E004")


def zones() -> Iterator[CheckMessage]:
    if settings.STORE_TIMEZONE not in available_timezones():
        yield Error(
            "STORE_TIMEZONE is no zone that is known here.",
            hint="An IANA name such as Europe/Berlin; zones come with `tzdata`.",
            id="analytics.E007",
        )


def certificates() -> Iterator[CheckMessage]:
    """A daemon would wait for ever for a file that is not there."""
    for name in sorted(ca_files()):
        try:
            create_default_context(cafile=name)
        except OSError as error:
            yield Error(
                f"The CA file {name} of a URL cannot be used: {error}",
                id="analytics.E009",
            )


def ca_files() -> Iterator[str]:
    for database in settings.DATABASES.values():
        name = database.get("OPTIONS", {}).get("sslrootcert", "system")
        if name != "system":  # PostgreSQL's word for the system's own
            yield name
    for url in settings.BROKER_URLS:
        yield from parse_qs(urlsplit(url).query).get("ca_file", [])


def refused() -> list[CheckMessage]:
    if not settings.PRODUCTION:
        return []
    return [Error(fault, id="analytics.E008") for fault in production.faults()]


def secrets() -> Iterator[CheckMessage]:
    is_local = set(settings.ALLOWED_HOSTS) <= LOCAL_HOSTS
    if is_local and not settings.API_KEYS_REQUIRED:
        return
    if settings.SECRET_KEY in KNOWN_SECRETS or len(settings.SECRET_KEY) < MIN_SECRET:
        yield Error(
            "SECRET_KEY is short or known to everybody, and others rely on it.",
            hint=f"Choose one of at least {MIN_SECRET} random characters.",
            id="analytics.E005",
        )
    if settings.DEBUG and not is_local:
        yield Error("DEBUG is on, and ALLOWED_HOSTS not local.", id="analytics.E006")
