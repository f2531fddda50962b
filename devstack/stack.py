"""The servers that the environment does not name, and the environment of the roles."""

from collections.abc import Mapping
from pathlib import Path

from devstack import dotenv
from devstack.cluster import Cluster
from devstack.leftovers import MARK, end_leftovers
from devstack.postgres import Postgres
from devstack.process import stop_all
from devstack.rabbitmq import RabbitMQ
from devstack.secrets_file import kept_secret, write_private

DATABASES = {"DATABASE_URL": "commands", "READ_DATABASE_URL": "analytics"}
URLS = (*DATABASES, "BROKER_URL")
WEB = ("COMMAND_SERVICE_PORT", "QUERY_SERVICE_PORT", "BIND_HOST")
# RabbitMQ closes its queues at once, then its management plugin dawdles for 5 s.
SERVER_GRACE = 3.0  # seconds


class Stack:
    """URLs in `given` win: a server whose URLs are all given is not started.

    `ports` are names as in ports.DEFAULTS; those that are missing are free ones.
    `environment` is complete when `start` has returned. With more than one of `nodes`,
    RabbitMQ is a cluster.
    """

    def __init__(
        self,
        directory: Path,
        *,
        given: Mapping[str, str],
        cache: Path,
        ports: Mapping[str, int] | None = None,
        settings: Mapping[str, str] | None = None,
        nodes: int = 1,
    ) -> None:
        self.directory = directory
        self.environment = dict(given)
        self.environment.setdefault("SECRET_KEY", kept_secret(directory / "secret_key"))
        self.environment.setdefault("PYTHONUNBUFFERED", "1")  # logs without delay
        self.environment[MARK] = str(directory)
        self.postgres: Postgres | None = None
        self.rabbitmq: RabbitMQ | None = None
        self.cluster: Cluster | None = None
        ports = ports or {}
        if not given.keys() >= DATABASES.keys():
            port = ports.get("postgres")
            self.postgres = Postgres(directory / "postgres", port, settings=settings)
        if "BROKER_URL" not in given and nodes > 1:
            self.cluster = Cluster(directory / "cluster", nodes=nodes, cache=cache)
        elif "BROKER_URL" not in given:
            self.rabbitmq = RabbitMQ(
                directory / "rabbitmq",
                ports.get("rabbitmq"),
                ports.get("rabbitmq_management"),
                distribution_port=ports.get("rabbitmq_distribution"),
                epmd_port=ports.get("rabbitmq_epmd"),
                cache=cache,
            )

    @property
    def servers(self) -> list[Postgres | RabbitMQ]:
        nodes = self.cluster.nodes if self.cluster else [self.rabbitmq]
        return [server for server in (self.postgres, *nodes) if server]

    def start(self) -> None:
        """Both at the same time: RabbitMQ alone takes five seconds."""
        if self.cluster:
            self.cluster.start()
        for server in self.servers:
            if not server.running:
                server.launch()
        for server in self.servers:
            server.wait()
            print(f"{server.name} is ready on 127.0.0.1:{server.port}")
        self._complete_environment()
        text = dotenv.write({name: self.environment[name] for name in self._told()})
        write_private(self.directory / "environment", text)

    def _complete_environment(self) -> None:
        if self.postgres:
            self.environment["PG_BIN"] = str(self.postgres.binaries)
            for name, database in DATABASES.items():
                if name not in self.environment:
                    url = self.postgres.ensure_database(database)
                    self.environment[name] = url
        if self.cluster:
            self.environment["BROKER_URL"] = ",".join(self.cluster.urls())
        if self.rabbitmq:
            self.environment["BROKER_URL"] = self.rabbitmq.url()
            self.environment["BROKER_MANAGEMENT_URL"] = self.rabbitmq.management_url

    def _told(self) -> list[str]:
        """What another terminal needs to join in."""
        return [
            *URLS,
            "SECRET_KEY",
            *(name for name in WEB if name in self.environment),
        ]

    def stop(self, *, grace: float = SERVER_GRACE) -> None:
        stop_all(self.servers, grace=grace)
        if self.cluster:
            self.cluster.kill()  # what its nodes share
        end_leftovers(self.directory, grace=0)
