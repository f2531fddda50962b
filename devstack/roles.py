"""The project's own processes, started through manage.py, and their preparation."""

import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence

from devstack.errors import CommandFailed, PortBusy, StackError
from devstack.folder import ROOT, STACK
from devstack.ports import is_free
from devstack.process import Process
from devstack.secrets_file import kept_secret

ROLES = {
    "commands": ["run_web", "--role", "commands"],
    "queries": ["run_web", "--role", "queries"],
    "relay": ["run_outbox_relay"],
    "consumer": ["run_consumer"],
    "auditor": ["run_auditor"],
}
WEB_PORTS = {"COMMAND_SERVICE_PORT": 8080, "QUERY_SERVICE_PORT": 8081}
METRICS_PORT = 9101  # of the first role; each of the others has the next one
ADMIN = "admin"


def web_host(environment: Mapping[str, str]) -> str:
    """As it stands in an address to ask."""
    host = environment.get("BIND_HOST", "127.0.0.1").strip("[]")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a key
    return f"[{host}]" if ":" in host else host


def web_ports(environment: Mapping[str, str]) -> dict[str, int]:
    """By setting; raises where one is no number or in use."""
    ports = {}
    for setting, default in WEB_PORTS.items():
        text = environment.get(setting, str(default))
        if not text.isdecimal():
            raise StackError(f"{setting}={text} is not a port number")
        if not is_free(int(text), environment.get("BIND_HOST", "127.0.0.1")):
            raise PortBusy(f"port {text} is in use; choose another one with {setting}")
        ports[setting] = int(text)
    return ports


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def roles(environment: Mapping[str, str]) -> list[Process]:
    first = int(environment.get("METRICS_PORT", METRICS_PORT))
    return [
        Process(
            name,
            manage(*command),
            env={**environment, "METRICS_PORT": str(first + index if first else 0)},
            cwd=ROOT,
            colour=index,
        )
        for index, (name, command) in enumerate(ROLES.items())
    ]


def prepare(environment: Mapping[str, str]) -> str:
    """Migrate both databases and make the admin user; answers the password."""
    migrate(environment)
    return _ensure_admin(environment)


def migrate(environment: Mapping[str, str]) -> None:
    _run(["migrate", "--verbosity=0"], environment)
    _run(["migrate", "--verbosity=0", "--database=read"], environment)


def _ensure_admin(environment: Mapping[str, str]) -> str:
    password = kept_secret(STACK / "admin_password")
    answers = {
        "DJANGO_SUPERUSER_USERNAME": ADMIN,
        "DJANGO_SUPERUSER_EMAIL": "admin@localhost",
        "DJANGO_SUPERUSER_PASSWORD": password,
    }
    command = ["createsuperuser", "--noinput"]
    _run(command, {**environment, **answers}, fine="already taken")
    return password


def _run(
    arguments: Sequence[str], environment: Mapping[str, str], *, fine: str | None = None
) -> None:
    """`fine`: words in the output that make a failure none."""
    done = subprocess.run(
        manage(*arguments),
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
    )
    output = done.stdout + done.stderr
    if done.returncode and not (fine and fine in output):
        raise CommandFailed(f"manage.py {arguments[0]} failed:\n{output.strip()}")


def is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:  # refused, or an error status
        return False
