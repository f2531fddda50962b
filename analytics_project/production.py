"""What is good enough for trying things out, and is refused where PRODUCTION is set."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from django.conf import settings
from psycopg.pq import Conninfo

MIN_SECRET = 50  # characters; Django's own check warns of less
MIN_DIFFERENT = 5  # characters that are not the same
LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "testserver"}
KNOWN_SECRETS = {"insecure-local-key", "only-for-trying-it-out-on-one-machine"}
# The defaults of servers and of our own files, and what stands in everybody's examples.
KNOWN_PASSWORDS = {
    *("postgres", "guest", "local", "commerce", "rabbitmq", "django"),
    *("password", "passwd", "secret", "changeme", "admin", "root", "test", "example"),
}
# A database that knows its client by a certificate asks for no password.
OTHER_PROOF = {"sslcert", "passfile"}
VERIFIED = "verify-full"
URL_OF = {
    "default": "DATABASE_URL",
    "read": "READ_DATABASE_URL (or READ_REPLICA_URL)",
}


def faults() -> Iterator[str]:
    """One line each; none but the name of a setting in it, never its value."""
    yield from secret_key()
    if settings.DEBUG:
        yield "DEBUG is on: error pages would show what the process knows."
    yield from hosts()
    if not settings.API_KEYS_REQUIRED:
        yield "API_KEYS_REQUIRED is not true: anybody could place orders."
    yield from databases()
    yield from broker()
    if not settings.ALLOW_PLAINTEXT:
        yield from plaintext()


def secret_key() -> Iterator[str]:
    key = settings.SECRET_KEY
    if key in KNOWN_SECRETS or key.startswith("django-insecure-"):
        yield "SECRET_KEY is missing, or one that everybody knows."
    elif len(key) < MIN_SECRET or len(set(key)) < MIN_DIFFERENT:
        yield f"SECRET_KEY is short: at least {MIN_SECRET} random characters."


def hosts() -> Iterator[str]:
    names = set(settings.ALLOWED_HOSTS)
    if "*" in names:
        yield "ALLOWED_HOSTS is *: name the hosts that are answered to."
    elif names <= LOCAL_HOSTS:
        yield "ALLOWED_HOSTS is missing: name the hosts that are answered to."


def databases() -> Iterator[str]:
    for alias, setting in URL_OF.items():
        database = settings.DATABASES[alias]
        if database.get("NAME"):  # the query role has no write database
            proven = bool(OTHER_PROOF & database.get("OPTIONS", {}).keys())
            user, password = database.get("USER"), database.get("PASSWORD")
            yield from login(setting, user, password, proven=proven)


def broker() -> Iterator[str]:
    for url in settings.BROKER_URLS:
        parts = urlsplit(url)
        user, password = (
            unquote(part or "") for part in (parts.username, parts.password)
        )
        yield from login("BROKER_URL", user, password, proven=False)


def plaintext() -> Iterator[str]:
    """To other hosts. Not to know who answers there is as good as plaintext."""
    for alias, setting in URL_OF.items():
        database = settings.DATABASES[alias]
        sslmode = database.get("OPTIONS", {}).get("sslmode") or libpq_sslmode()
        hosts = str(database.get("HOST") or "").split(",")
        if sslmode != VERIFIED and not all(map(is_here, hosts)):
            yield f"{setting} leads to another host without sslmode={VERIFIED}."
    parts = [urlsplit(url) for url in settings.BROKER_URLS]
    if any(part.scheme != "amqps" and not is_here(part.hostname) for part in parts):
        yield "BROKER_URL leads to another host without amqps://."


def libpq_sslmode() -> str:
    """What holds where a URL says nothing: PGSSLMODE, or else `prefer`."""
    known = {each.keyword: each.val for each in Conninfo.get_defaults()}
    return (known[b"sslmode"] or b"").decode()


def is_here(host: str | None) -> bool:
    """A folder is that of a Unix socket, which is also what no host means."""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def login(
    setting: str, user: str | None, password: str | None, *, proven: bool
) -> Iterator[str]:
    if not password and not proven:
        yield f"{setting} has no password."
    elif password and (password.lower() in KNOWN_PASSWORDS or password == user):
        yield f"{setting} has a password that everybody knows."
