"""Nodes of RabbitMQ that are one broker."""

from pathlib import Path

from devstack.leftovers import MARK
from devstack.ports import free_port
from devstack.process import Process
from devstack.rabbitmq import RabbitMQ
from devstack.secrets_file import kept_secret, write_private
from devstack.waiting import wait_until

COOKIE = ".erlang.cookie"  # what the nodes of a cluster know each other by
PASSWORD = "password"  # noqa: S105 (a file's name)
VIEW = "nodes?columns=running,partitions"  # a node's, of all of them


class Cluster:
    """A folder a node. The first node is there first, the others join it."""

    def __init__(self, directory: Path, *, nodes: int, cache: Path) -> None:
        port = free_port()
        directory.mkdir(parents=True, exist_ok=True)
        secrets = {name: kept_secret(directory / name) for name in (COOKIE, PASSWORD)}
        self.nodes = [
            _node(directory / f"node{number}", secrets, epmd_port=port, cache=cache)
            for number in range(1, nodes + 1)
        ]
        first = self.nodes[0]
        # One for all: it must outlive each of them.
        self._epmd = Process(
            "epmd",
            ["epmd", "-address", "127.0.0.1"],
            env={**first.environment, MARK: str(directory.resolve())},
            cwd=directory,
            log=directory / "epmd.log",
        )

    def start(self) -> None:
        self._epmd.start()
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            node.wait()
        first, *others = self.nodes
        for node in others:
            _join(node, first)

    def urls(self, vhost: str = "/") -> list[str]:
        return [node.url(vhost) for node in self.nodes]

    def add_vhost(self, name: str) -> list[str]:
        """Makes an empty virtual host; the URLs of all nodes."""
        self.nodes[0].add_vhost(name)
        return self.urls(name)

    def leader(self, vhost: str, queue: str) -> RabbitMQ:
        """The node that writes for a quorum queue; asks the first that answers."""
        for node in self.nodes:
            if node.running:
                name = node.queue(vhost, queue)["leader"]
                return next(each for each in self.nodes if each.node == name)
        raise RuntimeError("no node is running")

    def wait_until_whole(self, seconds: float) -> None:
        """Until every node sees every other one: what was cut off is back."""
        wait_until(self._is_whole, seconds=seconds, what="a whole cluster", pause=0.5)

    def _is_whole(self) -> bool:
        try:
            views = [node.manage("GET", VIEW) for node in self.nodes]
        except OSError:
            return False
        return all(
            peer["running"] and peer.get("partitions") == []
            for view in views
            for peer in view
        )

    def kill(self) -> None:
        for node in self.nodes:
            node.kill()
        self._epmd.kill()


def _join(node: RabbitMQ, first: RabbitMQ) -> None:
    """Once: what belongs to a cluster finds the others again by itself."""
    joined = node.directory / "joined"
    if joined.exists():
        return
    for command in (["stop_app"], ["join_cluster", first.node], ["start_app"]):
        node.control(*command)
    node.wait()
    joined.touch()


def _node(
    directory: Path, secrets: dict[str, str], *, epmd_port: int, cache: Path
) -> RabbitMQ:
    directory.mkdir(exist_ok=True)
    for name, secret in secrets.items():
        write_private(directory / name, secret)
    return RabbitMQ(directory, epmd_port=epmd_port, cache=cache)
