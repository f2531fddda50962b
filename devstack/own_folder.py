"""The frame around a run that makes all it needs in a folder of its own."""

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from devstack.errors import StackError
from devstack.folder import LOCAL, locked
from devstack.leftovers import end_leftovers
from devstack.signals import INTERRUPTED, interrupt_once

# Hundreds of processes load the same modules: to compile them once is enough.
BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}


def run_in_own_folder(
    name: str,
    run: Callable[[Path], int],
    *,
    errors: tuple[type[Exception], ...] = (),
    keep_logs: bool = False,
) -> int:
    """The status to end with; `errors` are told in one line, as those of the stack.

    However it ends, its processes are ended and what it made is removed.
    """
    interrupt_once()
    os.environ.update(BYTECODE)
    told: tuple[type[Exception], ...] = (StackError, *errors)
    folder = LOCAL / f"{name}-{time.strftime('%H%M%S')}-{os.getpid()}"
    try:
        with locked(folder):
            return run(folder)
    except told as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        end_leftovers(folder, grace=0)
        _remove(folder, but_logs=keep_logs)


def _remove(folder: Path, *, but_logs: bool) -> None:
    for made in folder.glob("*/"):
        shutil.rmtree(made, ignore_errors=True)
    if not but_logs:
        shutil.rmtree(folder, ignore_errors=True)
