"""`run`: the servers, the migrations, the roles, until Ctrl-C."""

import argparse
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NoReturn

from devstack import welcome
from devstack.folder import RABBITMQ_PROGRAMS, STACK, given_environment, locked
from devstack.leftovers import end_leftovers
from devstack.ports import choose_ports
from devstack.process import stop_all
from devstack.roles import is_healthy, prepare, roles, web_host, web_ports
from devstack.stack import Stack
from devstack.supervisor import Supervisor
from devstack.waiting import wait_until

TICK = 0.2  # seconds between two looks at the processes
HEALTHY_WITHIN = 90.0  # seconds
ROLE_GRACE = 4.0  # seconds for the batch or the requests in hand


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make run")
    parser.add_argument(
        "--cluster",
        type=int,
        default=1,
        metavar="NODES",
        help="nodes of RabbitMQ; make run CLUSTER=3",
    )
    with running_stack(nodes=parser.parse_args(arguments).cluster) as (_, supervisor):
        serve(supervisor)


def serve(supervisor: Supervisor) -> NoReturn:
    while True:
        supervisor.tick()
        time.sleep(TICK)


@contextmanager
def running_stack(*, nodes: int = 1) -> Iterator[tuple[dict[str, str], Supervisor]]:
    """The roles' environment, once all is healthy; stops all, however it ends."""
    with ExitStack() as at_the_end, locked(STACK):
        stack, ports = _stack(nodes)
        at_the_end.callback(stack.stop)
        stack.start()
        password = prepare(stack.environment)
        processes = roles(stack.environment)
        at_the_end.callback(stop_all, processes, grace=ROLE_GRACE)
        for process in processes:
            process.start()
        supervisor = Supervisor([*processes, *stack.servers])
        addresses = [f"http://{web_host(stack.environment)}:{p}" for p in ports]
        _wait_for_health(addresses, supervisor)
        welcome.show(*addresses, password=password, rabbitmq=stack.rabbitmq)
        yield stack.environment, supervisor


def _stack(nodes: int) -> tuple[Stack, list[int]]:
    given = given_environment()
    end_leftovers(STACK)
    ports = web_ports(given)
    stack = Stack(
        STACK,
        given=given | {setting: str(port) for setting, port in ports.items()},
        cache=RABBITMQ_PROGRAMS,
        ports=choose_ports(STACK / "ports.json"),
        nodes=nodes,
    )
    return stack, list(ports.values())


def _wait_for_health(addresses: list[str], supervisor: Supervisor) -> None:
    def healthy() -> bool:
        supervisor.tick()
        return all(is_healthy(address) for address in addresses)

    wait_until(healthy, seconds=HEALTHY_WITHIN, what=f"/health on {addresses}")
