"""Choose TCP ports below the range from which the kernel takes outgoing ones."""

import json
import random
import socket
from pathlib import Path

PRIVATE_PORTS = range(20_000, 32_768)  # Linux hands out 32768 and up by itself
DEFAULTS = {
    "postgres": 25432,
    "rabbitmq": 25672,
    "rabbitmq_management": 25673,
    "rabbitmq_distribution": 25674,
    "rabbitmq_epmd": 25675,
}


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        family, kind, _, _, address = found[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError:
        return False
    return True


def free_port() -> int:
    return next(port for port in iter(_random_port, None) if is_free(port))


def _random_port() -> int:
    return random.choice(PRIVATE_PORTS)  # noqa: S311 - no secret


def choose_ports(memory: Path) -> dict[str, int]:
    """The ports of last time, or the defaults; a busy one moves and is remembered."""
    wanted = DEFAULTS | (json.loads(memory.read_text()) if memory.exists() else {})
    chosen = {
        name: port if is_free(port) else free_port() for name, port in wanted.items()
    }
    memory.write_text(json.dumps(chosen, indent=2))
    return chosen
