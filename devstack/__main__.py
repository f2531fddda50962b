"""Run one command of the local stack: python -m devstack COMMAND [ARGUMENTS]."""

import sys
from importlib import import_module

from devstack.errors import StackError
from devstack.signals import INTERRUPTED, interrupt_once

COMMANDS = (
    *("run", "test", "check", "demo", "bench", "chaos", "manage", "clean"),
    *("pins", "sbom"),
)


def main(command: str, *arguments: str) -> int:
    if command not in COMMANDS:
        print(f"there is no command '{command}'", file=sys.stderr)
        return 2
    interrupt_once()
    # Only the command's own module is loaded: `clean` works without the requirements.
    try:
        status: int = import_module(f"devstack.{command}").main(list(arguments))
    except StackError as error:
        print(f"{command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{command}: stopped")
        return INTERRUPTED if command in ("test", "check") else 0
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
