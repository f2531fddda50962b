"""A private RabbitMQ in one folder, on ports of 127.0.0.1."""

import os
import socket
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

from devstack import management_api, rabbitmq_files, rabbitmq_settings
from devstack.errors import CommandFailed
from devstack.leftovers import MARK, end_leftovers
from devstack.ports import free_port
from devstack.process import GRACE, Process, stop_all
from devstack.secrets_file import kept_secret, write_private
from devstack.waiting import wait_until

START_SECONDS = 90.0
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"  # AMQP 0-9-1, section 4.2.2
METHOD_FRAME = b"\x01"  # what a broker that is ready answers with


class RabbitMQ:
    """`start` returns when the AMQP port speaks AMQP.

    Ports that are not given are free ones. `cache` is where fetched programs are
    unpacked: share it, unpacking takes ten seconds.
    """

    name = "rabbitmq"
    user = "devstack"

    def __init__(
        self,
        directory: Path,
        port: int | None = None,
        management_port: int | None = None,
        *,
        distribution_port: int | None = None,
        epmd_port: int | None = None,
        cache: Path,
    ) -> None:
        self.directory = directory.resolve()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.management_port = management_port or free_port()
        self._epmd_port = epmd_port or free_port()
        self._distribution_port = distribution_port or free_port()
        self._programs = rabbitmq_files.find_or_fetch(cache.resolve())
        self.password = kept_secret(self.directory / "password")
        self._epmd = self._process("epmd", ["epmd", "-address", "127.0.0.1"])
        server = str(self._programs.home / "sbin" / "rabbitmq-server")
        self._server = self._process(self.name, [server])

    def _process(self, name: str, command: list[str]) -> Process:
        log = self.directory / f"{name}.log"
        env = self.environment
        return Process(name, command, env=env, cwd=self.directory, log=log)

    @property
    def environment(self) -> dict[str, str]:
        """Of the server, of epmd and of rabbitmqctl."""
        erlang = self._programs.erlang
        path = [str(erlang)] if erlang else []
        own = {
            "HOME": self.directory,
            "RABBITMQ_HOME": self._programs.home,
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_NODE_PORT": self.port,
            "RABBITMQ_DIST_PORT": self._distribution_port,
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": self.directory / "rabbitmq",  # RabbitMQ adds .conf
            "RABBITMQ_ADVANCED_CONFIG_FILE": self.directory / "advanced",
            "RABBITMQ_GENERATED_CONFIG_DIR": self.directory / "generated",
            "RABBITMQ_ENABLED_PLUGINS_FILE": self.directory / "enabled_plugins",
            "RABBITMQ_MNESIA_BASE": self.directory / "data",
            "RABBITMQ_LOG_BASE": self.directory / "log",
            "RABBITMQ_PID_FILE": self.directory / "pid",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": rabbitmq_settings.ERLANG_OPTIONS,
            "RUNNING_UNDER_SYSTEMD": "true",  # the script becomes the server
            "ERL_EPMD_PORT": self._epmd_port,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "LC_ALL": "C.UTF-8",
            "PATH": os.pathsep.join([*path, os.environ["PATH"]]),
            MARK: self.directory,
        }
        return dict(os.environ) | {name: str(value) for name, value in own.items()}

    @property
    def node(self) -> str:
        """Its name among nodes."""
        secret = kept_secret(self.directory / "node").translate({ord("_"): "-"})
        return f"node{secret}@localhost"

    def url(self, vhost: str = "/") -> str:
        server = f"{self.user}:{self.password}@127.0.0.1:{self.port}"
        return f"amqp://{server}/{quote(vhost, safe='')}"

    @property
    def management_url(self) -> str:
        return f"http://{self.user}:{self.password}@127.0.0.1:{self.management_port}"

    def start(self) -> None:
        self.launch()
        self.wait()

    def launch(self) -> None:
        self._write_config()
        self._epmd.start()
        self._server.start()

    def _write_config(self) -> None:
        config = rabbitmq_settings.CONFIG.format(
            port=self.port,
            management_port=self.management_port,
            user=self.user,
            password=self.password,
        )
        write_private(self.directory / "rabbitmq.conf", config)
        self.directory.joinpath("enabled_plugins").write_text(rabbitmq_settings.PLUGINS)

    def wait(self) -> None:
        what = f"RabbitMQ (see {self._server.log})"
        wait_until(self._settled, seconds=START_SECONDS, what=what, pause=0.1)
        if not self.running:
            raise CommandFailed(f"{what} ended while starting")

    def _settled(self) -> bool:
        """Speaking AMQP, or dead."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as link:
                link.sendall(PROTOCOL_HEADER)
                return link.recv(1) == METHOD_FRAME
        except OSError:
            return not self.running

    def add_vhost(self, name: str) -> str:
        """Make an empty virtual host, as good as a broker of its own; its URL."""
        self.manage("PUT", f"vhosts/{quote(name, safe='')}")
        return self.url(name)

    def delete_vhost(self, name: str) -> None:
        self.manage("DELETE", f"vhosts/{quote(name, safe='')}")

    def control(self, *command: str) -> str:
        """What rabbitmqctl answers for this node. Raises CommandFailed."""
        done = subprocess.run(
            [str(self._programs.home / "sbin" / "rabbitmqctl"), *command],
            check=False,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=self.directory,
        )
        if done.returncode:
            output = (done.stdout + done.stderr).strip()
            raise CommandFailed(f"rabbitmqctl {command[0]} failed: {output}")
        return done.stdout

    def queue(self, vhost: str, name: str) -> dict[str, Any]:
        """What the management plugin knows of a queue."""
        path = f"queues/{quote(vhost, safe='')}/{quote(name, safe='')}"
        found: dict[str, Any] = self.manage("GET", path)
        return found

    def manage(self, method: str, path: str, body: object = None) -> Any:
        """What the management API answers."""
        return management_api.call(self.management_url, method, path, body)

    @property
    def pid(self) -> int | None:
        return self._server.pid

    @property
    def running(self) -> bool:
        return self._server.running

    def terminate(self) -> None:
        self._server.terminate()

    def kill(self) -> None:
        """SIGKILL to the broker and its helpers, epmd included."""
        self._server.kill()
        self._epmd.kill()
        end_leftovers(self.directory, grace=0)

    def stop(self, *, grace: float = GRACE) -> None:
        stop_all([self], grace=grace)

    def restart(self) -> None:
        self.stop()
        self.start()
