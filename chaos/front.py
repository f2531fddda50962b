"""nginx before the web roles, as a deployment has it; who is behind it changes."""

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from chaos.waiting import eventually
from devstack.folder import ROOT
from devstack.nginx import find_or_fetch
from devstack.process import Process

FRAME = """\
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
{roles}}}
"""
ROLE = """\
    upstream {role} {{ {servers} }}
    server {{
        listen 127.0.0.1:{port};
        set $upstream {role};
        location / {{ include {root}/deploy/nginx/proxy.conf; }}
    }}
"""


class Front:
    """`ports`: where each role is to be found by clients."""

    def __init__(self, folder: Path, ports: Mapping[str, int]) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._ports = ports
        self._configuration = folder / "nginx.conf"
        nginx = find_or_fetch()
        as_whom = " user root;" if os.getuid() == 0 else ""
        command = [nginx.program, "-p", str(folder), "-e", "stderr"]
        command += ["-c", str(self._configuration), "-g", f"daemon off;{as_whom}"]
        self._process = Process(
            "nginx",
            command,
            env={**os.environ, **nginx.environment},
            log=folder / "nginx.log",
        )

    def lead_to(self, servers: Mapping[str, Sequence[int]]) -> None:
        """Requests go there from now on; returns when those before are answered."""
        self._write(servers)
        if not self._process.running:
            self._process.start()
            return
        before = self._workers()
        self._process.send_signal(signal.SIGHUP)
        eventually(lambda: not self._workers() & before, "nginx leads elsewhere")

    def stop(self) -> None:
        self._process.stop()

    def _workers(self) -> set[int]:
        return {each.pid for each in psutil.Process(self._process.pid).children()}

    def _write(self, servers: Mapping[str, Sequence[int]]) -> None:
        roles = "".join(
            ROLE.format(
                role=role,
                port=self._ports[role],
                root=ROOT,
                servers=" ".join(f"server 127.0.0.1:{port};" for port in ports),
            )
            for role, ports in servers.items()
        )
        self._configuration.write_text(FRAME.format(folder=self._folder, roles=roles))
