"""All configuration, and the only reader of the environment.

`ROLE` names what a process is for: "commands" and "queries" are the two web roles;
unset means a daemon or a management command.
"""

import sys
from pathlib import Path
from typing import Any

from analytics_project.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# --- what this process is ---------------------------------------------------------
ROLE: str = env.str("ROLE", default="")
PROCESS: str = ROLE or " ".join(sys.argv[1:2])  # as logs and traces name it
# Refuses to start with what is only good enough for trying things out.
PRODUCTION: bool = env.bool("PRODUCTION", default=False)
DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default="insecure-local-key")
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"]
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Without one, neither API answers anything but its health and its description.
API_KEYS_REQUIRED: bool = env.bool("API_KEYS_REQUIRED", default=False)
# What a key may ask of each role if nothing is said of it: requests a minute (0: no
# limit), and how many may come at once.
API_KEY_RATE: int = env.int("API_KEY_RATE", default=0)
API_KEY_BURST: int = env.int("API_KEY_BURST", default=100)

# --- web servers ------------------------------------------------------------------
COMMAND_SERVICE_PORT: int = env.int("COMMAND_SERVICE_PORT", default=8080)
QUERY_SERVICE_PORT: int = env.int("QUERY_SERVICE_PORT", default=8081)
BIND_HOST: str = env.str("BIND_HOST", default="127.0.0.1")
WEB_WORKERS: int = env.int("WEB_WORKERS", default=4)  # processes
WEB_THREADS: int = env.int("WEB_THREADS", default=2)  # in each process
QUERY_SERVER: str = env.str("QUERY_SERVER", default="gunicorn")  # or "granian"
MAX_BODY_BYTES: int = env.int("MAX_BODY_BYTES", default=4 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
ROOT_URLCONF = (
    "analytics_project.urls_queries"
    if ROLE == "queries"
    else "analytics_project.urls_commands"
)
WSGI_APPLICATION = "analytics_project.wsgi.application"

# --- databases --------------------------------------------------------------------
STATEMENT_TIMEOUT_MS: int = env.int("STATEMENT_TIMEOUT_MS", default=20_000)
CONNECT_TIMEOUT_S: int = env.int("CONNECT_TIMEOUT_S", default=2)
EXPORT_TIMEOUT_S: int = env.int("EXPORT_TIMEOUT_S", default=600)  # for one file
# After 25 s either side notices that the other's machine is gone. Until then the server
# holds the locks of a client, the relay's leadership among them; by default two hours.
# (Seconds, seconds, times.)
_KEEPALIVES = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
_UNANSWERED_MS = 25_000


def database(url_name: str, *, read_only: bool = False) -> dict[str, Any]:
    """One database's settings: prepared statements, bounded waits, UTC.

    Every thread of a web role and every daemon keeps a connection of its own: they
    are few, and a database that is down is noticed at once. (A pool would wait for
    its own timeout, and back off for minutes after a longer outage.)
    """
    session = _session(read_only=read_only)
    options: dict[str, Any] = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": _UNANSWERED_MS,
        **_KEEPALIVES,
        "server_side_binding": True,
        "prepare_threshold": 2,  # a statement seen this often is prepared
        "application_name": f"analytics-{ROLE or 'daemon'}",
        "options": " ".join(f"-c {name}={value}" for name, value in session.items()),
    }
    url = env.db_url(url_name)
    return {
        **url,
        "ENGINE": "analytics_project.postgres",
        "CONN_MAX_AGE": None,
        # At a request's first statement. The read API asks again instead.
        "CONN_HEALTH_CHECKS": not read_only,
        # What the URL asks for, such as sslmode, wins.
        "OPTIONS": {**options, **url.get("OPTIONS", {})},
        "TEST": {"DEPENDENCIES": []},  # either side is tested without the other
    }


def _session(*, read_only: bool) -> dict[str, int | str]:
    """What the server is told at the beginning of a connection."""
    session: dict[str, int | str] = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": 60_000,  # ms
        "default_transaction_read_only": "on" if read_only else "off",
        "tcp_user_timeout": _UNANSWERED_MS,
        **{f"tcp_{name}": value for name, value in _KEEPALIVES.items()},
    }
    if ROLE == "commands":  # its statements are few: plan each once
        session["plan_cache_mode"] = "force_generic_plan"
    if ROLE == "queries":  # a report's plan is run once: compiling it would cost more
        session["jit"] = "off"
    return session


# The query role has no write database at all: analytics come from the read tables.
DATABASES: dict[str, dict[str, Any]] = {
    "default": {} if ROLE == "queries" else database("DATABASE_URL"),
    "read": database("READ_DATABASE_URL", read_only=ROLE == "queries"),
}
if ROLE == "queries" and env.str("READ_REPLICA_URL", default=""):
    DATABASES["read"] = database("READ_REPLICA_URL", read_only=True)
if ROLE == "queries":  # it writes when a key was last used and what it asks
    DATABASES["uses"] = database("READ_DATABASE_URL")
DATABASE_ROUTERS = [
    "analytics_project.routers.ReadRouter",
    "analytics_project.routers.WriteRouter",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What `database_roles` gives to the role of each process; unset: what it has.
DATABASE_ROLE_PASSWORDS: dict[str, str] = {
    "owner": env.str("OWNER_DB_PASSWORD", default=""),
    "commands": env.str("COMMANDS_DB_PASSWORD", default=""),
    "relay": env.str("RELAY_DB_PASSWORD", default=""),
    "consumer": env.str("CONSUMER_DB_PASSWORD", default=""),
    "queries": env.str("QUERIES_DB_PASSWORD", default=""),
    "auditor": env.str("AUDITOR_DB_PASSWORD", default=""),
}

# --- the wire ---------------------------------------------------------------------
# One URL a broker node, separated by commas; the first that answers is used.
# The web roles need none.
BROKER_URLS: list[str] = env.list(
    "BROKER_URL", default=[] if ROLE else ["amqp://guest:guest@localhost:5672/%2F"]
)
# Links to other hosts need no TLS: something below encrypts them, or nobody listens.
ALLOW_PLAINTEXT: bool = env.bool("ALLOW_PLAINTEXT", default=False)
EVENT_SOURCE: str = env.str("EVENT_SOURCE", default="/commerce/commands")
RELAY_WINDOW: int = env.int("RELAY_WINDOW", default=500)  # unconfirmed messages
CONSUMER_BATCH: int = env.int("CONSUMER_BATCH", default=1000)  # events a transaction
MAX_ATTEMPTS: int = env.int("MAX_ATTEMPTS", default=5)  # deliveries before parking
AUDIT_SECONDS: float = env.float("AUDIT_SECONDS", default=5)  # between two looks
ALIVE_FILE: str = env.str("ALIVE_FILE", default="")  # touched by a healthy daemon

# --- metrics ----------------------------------------------------------------------
# A port for each process that is started; 0 serves none. It asks for no key.
METRICS_PORT: int = env.int("METRICS_PORT", default=0)
METRICS_HOST: str = env.str("METRICS_HOST", default="127.0.0.1")

# --- retention: what `manage.py prune` leaves, in days -----------------------------
KEEP_DAYS: dict[str, int] = {
    "outbox": env.int("OUTBOX_KEEP_DAYS", default=7),
    "idempotency_keys": env.int("IDEMPOTENCY_KEEP_DAYS", default=7),
    "processed_events": env.int("PROCESSED_EVENTS_KEEP_DAYS", default=30),
    "delivery_attempts": env.int("DELIVERY_ATTEMPTS_KEEP_DAYS", default=30),
    "dead_letters": env.int("DEAD_LETTERS_KEEP_DAYS", default=90),
}
# Events that leave the outbox go there; where there is none, they stay.
ARCHIVE_DIR: Path | None = None
if _archive := env.str("ARCHIVE_DIR", default=""):
    ARCHIVE_DIR = Path(_archive)

# --- reports ----------------------------------------------------------------------
# The zone that days begin in where a question names none.
STORE_TIMEZONE: str = env.str("STORE_TIMEZONE", default="UTC")

# --- Django -----------------------------------------------------------------------
HAS_ADMIN = ROLE != "queries"  # it needs the write database
INSTALLED_APPS = [
    "analytics_project",
    "commands_app",
    "projections_app",
    "queries_app",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular_sidecar",
]
_ADMIN_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]
if HAS_ADMIN:
    INSTALLED_APPS += _ADMIN_APPS
TRACING: bool = env.bool("TRACING", default=False)
_EDGE = [
    *(["analytics_project.telemetry.traced"] if TRACING else []),
    "analytics_project.request_ids.identified",
    "analytics_project.edge.edge",
    "analytics_project.problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
]
_ADMIN = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
MIDDLEWARE = _EDGE + (_ADMIN if HAS_ADMIN else ["analytics_project.door.door"])
APPEND_SLASH = HAS_ADMIN  # the admin's links end in slashes, the API's do not
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_THROTTLE_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS would describe forms
    "EXCEPTION_HANDLER": "analytics_project.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
FORMAT_MODULE_PATH = "analytics_project.formats"
STATIC_URL = "static/"
STATIC_ROOT: str | None = env.str("STATIC_ROOT", default=None)
WHITENOISE_USE_FINDERS = True  # no collectstatic step between clone and run
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:  # behind a proxy that speaks TLS, and says so in this header
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 86_400
    SILENCED_SYSTEM_CHECKS = [
        "security.W005",  # whether subdomains speak TLS is not for us to say
        "security.W021",  # nor whether browsers should be told for ever
        "security.W008",  # the proxy redirects
        # The query role's pages are framed by nobody (CSP), and it changes nothing.
        *(() if HAS_ADMIN else ("security.W002", "security.W003")),
    ]

# A line for each request and each batch of events.
LOG_WORK: bool = env.bool("LOG_WORK", default=PRODUCTION)
LOG_FORMAT: str = env.str(
    "LOG_FORMAT", default="json" if PRODUCTION else "line", choices=("json", "line")
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "analytics_project.logs.Line",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "analytics_project.logs.Json", "process": PROCESS},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {
        "handlers": ["stderr"],
        "level": env.str("LOG_LEVEL", default="INFO"),
    },
    "loggers": {
        "pika": {"level": "CRITICAL"},
        "django.request": {"level": "ERROR"},  # a client's fault is no news
        "opentelemetry": {"level": "ERROR"},  # that it will try again is no news
        "work": {"level": "INFO" if LOG_WORK else "WARNING"},
    },
}
