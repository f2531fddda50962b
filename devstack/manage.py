"""`manage`: a manage.py command with the environment of the running stack."""

import os

from devstack import dotenv, roles
from devstack.errors import NotReady
from devstack.folder import ROOT, STACK, given_environment, is_running
from devstack.stack import URLS


def main(arguments: list[str]) -> int:
    command = roles.manage(*arguments)
    os.chdir(ROOT)
    os.execve(command[0], command, joined_environment())  # noqa: S606


def joined_environment() -> dict[str, str]:
    given = given_environment()
    if not given.keys() >= set(URLS) and not is_running(STACK):
        raise NotReady("the stack is not running: start it with `make run`")
    return dotenv.read(STACK / "environment") | given
