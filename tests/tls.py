"""A certificate authority of the test's own, and real TLS in front of real servers."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult

import pytest

NAME = "localhost"  # the certificate is for it, and not for 127.0.0.1
SSL_REQUEST = b"\0\0\0\x08\x04\xd2\x16\x2f"  # PostgreSQL: "SSLRequest"
DAYS = "2"


class Authority(NamedTuple):
    """`ca` has signed `certificate`, which has its key with it; `other` has not."""

    ca: Path
    other: Path
    certificate: Path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("certificates")
    ca, other, server = (folder / f"{name}.pem" for name in ("ca", "other", "server"))
    for each in ca, other:
        issue(each, "-subj", f"/CN={each.stem}")
    name = f"subjectAltName=DNS:{NAME}"
    ours = ("-CA", str(ca), "-CAkey", str(ca))
    constraint = ("-addext", "basicConstraints=critical,CA:FALSE")
    issue(server, "-subj", f"/CN={NAME}", "-addext", name, *ours, *constraint)
    return Authority(ca, other, server)


def issue(file: Path, *arguments: str) -> None:
    """A certificate, and its key in the same file."""
    key = file.with_suffix(".key")
    fresh = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc")
    files = ("-keyout", str(key), "-out", str(file))
    subprocess.run(
        ["openssl", "req", "-x509", "-days", DAYS, *fresh, *arguments, *files],
        check=True,
        capture_output=True,
    )
    file.write_bytes(file.read_bytes() + key.read_bytes())


class Terminator:
    """Speaks TLS on a port of its own, and plainly to the server behind it."""

    def __init__(self, certificate: Path, behind: SplitResult) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._behind = behind.hostname or "", behind.port or 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.sessions = 0  # that were encrypted
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                link, _ = self._listener.accept()
                threading.Thread(target=self._session, args=[link], daemon=True).start()

    def _session(self, link: socket.socket) -> None:
        with closing(link), suppress(OSError):
            if link.recv(len(SSL_REQUEST), socket.MSG_PEEK) == SSL_REQUEST:
                link.recv(len(SSL_REQUEST))
                link.sendall(b"S")
            inside = self._context.wrap_socket(link, server_side=True)
            with closing(inside), socket.create_connection(self._behind) as server:
                self.sessions += 1
                back = threading.Thread(target=carry, args=[server, inside])
                back.start()
                carry(inside, server)
                back.join()


def carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def terminating(authority: Authority, behind: SplitResult) -> Iterator[Terminator]:
    """For fixtures."""
    with closing(Terminator(authority.certificate, behind)) as terminator:
        yield terminator
