"""Three nodes of RabbitMQ: one is killed, another one falls silent."""

import os
import signal
import time
from contextlib import suppress

from chaos.context import Chaos
from chaos.load import Load
from chaos.row import Result
from chaos.system import System
from chaos.waiting import eventually
from devstack.cluster import Cluster
from devstack.errors import NotReady
from devstack.folder import RABBITMQ_PROGRAMS
from devstack.rabbitmq import RabbitMQ
from messaging import topology

FIGURE = (
    "the queue's leader killed, then another node cut off: 0 lost, both daemons go on"
    " at a living node by themselves within 60 s"
)
NODES = 3
RATE = 60.0  # orders a second
HEARTBEAT = "?heartbeat=5"  # seconds
RECOVERED_S = 60.0
WHOLE_S = 120.0
# For a node to come back without help, in the sample and in the long run.
ALONE_S = (15.0, 30.0)
APPLIED = "SELECT count(*) FROM processed_events"


def cluster(chaos: Chaos) -> Result:
    chaos.step(f"making a cluster of {NODES} nodes")
    folder = chaos.folder / "cluster"
    nodes = Cluster(folder, nodes=NODES, cache=RABBITMQ_PROGRAMS)
    try:
        nodes.start()
        return _with(chaos, nodes)
    finally:
        nodes.kill()


def _with(chaos: Chaos, nodes: Cluster) -> Result:
    problems: list[str] = []
    vhost = "chaos"
    urls = nodes.add_vhost(vhost)
    with chaos.system(BROKER_URL=urls[0]) as system:
        system.broker_url = urls[0]
        all_of_them = ",".join(url + HEARTBEAT for url in urls)
        system.start(BROKER_URL=all_of_them)
        load = Load(system, system.make_products(), seed=chaos.seed, rate=RATE)
        times, helped = [], 0
        with load.running():
            for _ in range(chaos.size(1, 5)):
                load.wait_for(60)
                leader = nodes.leader(vhost, topology.QUEUE)
                chaos.step("killing the leader")
                leader.kill()
                times.append(_goes_on(system, load))
                leader.start()
                nodes.wait_until_whole(WHOLE_S)  # two faults are more than three bear
                load.wait_for(60)
                silent = _other(nodes, leader)
                times.append(_cut_off(chaos, system, load, silent))
                helped += _let_in(chaos, nodes, silent)
            load.wait_for(60)
        accounting, found = chaos.prove(system, load)
    if max(times) > RECOVERED_S:
        problems.append(f"events were applied again only after {max(times):.0f} s")
    figures = {
        "faults": len(times),
        "slowest recovery s": max(times),
        "let in by hand": helped,
    }
    return Result(figures, accounting, problems + found)


def _let_in(chaos: Chaos, nodes: Cluster, node: RabbitMQ) -> bool:
    """Whether the node that was silent had to be told, as docs/how-to/recover.md says.

    A node that pauses itself when it sees no other does not see that either if it was
    stopped, and the others answer as soon as it wakes.
    """
    chaos.step("the node comes back")
    with suppress(NotReady):
        nodes.wait_until_whole(chaos.size(*ALONE_S))
        return False
    node.control("stop_app")
    node.control("start_app")
    nodes.wait_until_whole(WHOLE_S)
    return True


def _other(nodes: Cluster, than: RabbitMQ) -> RabbitMQ:
    return next(node for node in nodes.nodes if node is not than)


def _cut_off(chaos: Chaos, system: System, load: Load, node: RabbitMQ) -> float:
    """The node is there, but says nothing any more, to its peers as to clients."""
    chaos.step("a node falls silent")
    assert node.pid
    os.killpg(node.pid, signal.SIGSTOP)
    try:
        return _goes_on(system, load)
    finally:
        os.killpg(node.pid, signal.SIGCONT)


def _goes_on(system: System, load: Load) -> float:
    """Seconds until orders that were placed after the fault are applied."""
    began = time.monotonic()
    load.wait_for(30)
    [(placed,)] = system.write_db("SELECT count(*) FROM outbox")
    eventually(
        lambda: system.read_db(APPLIED)[0][0] >= placed,
        "events are applied again",
        2 * RECOVERED_S,
    )
    return time.monotonic() - began
