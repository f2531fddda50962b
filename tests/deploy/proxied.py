"""The real nginx with the real configuration, at addresses of its own."""

import os
import shutil
import socket
import ssl
import subprocess
from functools import partial
from http.client import HTTPResponse
from pathlib import Path

from devstack.folder import ROOT
from devstack.nginx import find_or_fetch
from devstack.ports import free_port
from devstack.process import Process
from tests.analytics_project.web import Reply, eventually

CONFIGURATION = ROOT / "deploy/nginx"
DOMAIN = "shop.example"


class Proxy:
    """`upstreams`: the ports of commands and queries."""

    def __init__(self, folder: Path, upstreams: dict[str, int]) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("plain", "tls", "alive")}
        self._upstreams = upstreams
        self._process: Process | None = None

    def start(self, *, without: str = "\0") -> None:
        """`without`: a rule that is left out."""
        for each in CONFIGURATION.iterdir():
            text = self._moved(each.read_text()).replace(without, "")
            self.folder.joinpath(each.name).write_text(text)
        self._make_certificate()
        nginx = find_or_fetch()
        as_whom = "user root;" if os.getuid() == 0 else ""
        command = [nginx.program, "-p", str(self.folder), "-e", "stderr"]
        command += ["-c", str(self.folder / "nginx.conf")]
        self._process = Process(
            "nginx",
            [*command, "-g", f"daemon off; {as_whom}"],
            env={**os.environ, **nginx.environment},
            log=self.folder / "nginx.log",
        )
        self._process.start()
        eventually(partial(_listens, self.ports["tls"]), "nginx listens")

    def _moved(self, text: str) -> str:
        for place, moved in {
            " /tmp/": f" {self.folder}/",  # first: the others may lie there
            "127.0.0.1:8079": f"127.0.0.1:{self.ports['alive']}",
            "listen 8080": f"listen 127.0.0.1:{self.ports['plain']}",
            "listen 8443": f"listen 127.0.0.1:{self.ports['tls']}",
            "command-service:8080": f"127.0.0.1:{self._upstreams['commands']}",
            "query-service:8081": f"127.0.0.1:{self._upstreams['queries']}",
            "/run/secrets": str(self.folder),
            "/dev/stdout": str(self.folder / "access.log"),
            "/dev/stderr": str(self.folder / "error.log"),
        }.items():
            text = text.replace(place, moved)
        return text

    def _make_certificate(self) -> None:
        openssl = shutil.which("openssl")
        assert openssl, "the certificate of the test is made by openssl"
        command = [openssl, "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"]
        command += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=test"]
        command += ["-addext", f"subjectAltName=DNS:*.{DOMAIN}"]
        command += ["-keyout", "tls_key", "-out", "tls_certificate"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)

    def stop(self) -> None:
        if self._process:
            self._process.stop()

    def dial(self, name: str, *, port: str = "tls") -> socket.socket:
        link = socket.create_connection(("127.0.0.1", self.ports[port]), timeout=15)
        if port != "tls":
            return link
        context = ssl.create_default_context(cafile=self.folder / "tls_certificate")
        return context.wrap_socket(link, server_hostname=f"{name}.{DOMAIN}")

    def ask(
        self,
        name: str,
        target: str,
        *,
        method: str = "GET",
        head: str = "",
        body: bytes = b"",
        port: str = "tls",
    ) -> Reply:
        """`name` is the first part of the host: commands or analytics."""
        front = begin(name, target, method=method, head=f"{head}Connection: close\r\n")
        with self.dial(name, port=port) as link:
            link.sendall(front + b"\r\n" + body)
            return reply(link)


def begin(name: str, target: str, *, method: str, head: str = "") -> bytes:
    """The head of a request, without the empty line that ends it."""
    return f"{method} {target} HTTP/1.1\r\nHost: {name}.{DOMAIN}\r\n{head}".encode()


def reply(link: socket.socket) -> Reply:
    """Up to its end, not to that of the connection: nginx lingers after a refusal."""
    answer = HTTPResponse(link)
    answer.begin()
    lines = [f"{answer.status} {answer.reason}", str(answer.msg)]
    return Reply(answer.status, "\r\n".join(lines), answer.read())


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
