"""Every toxic, between real sockets and a server that echoes."""

import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from queue import SimpleQueue

import msgspec
import pytest

from chaos.proxy import COMMITTED, Proxy, Toxic
from chaos.proxy.toxics import parsed
from devstack.folder import ROOT
from devstack.ports import free_port
from devstack.waiting import wait_until


class Echo(socketserver.ThreadingTCPServer):
    """`ended` takes an entry for each connection whose end the server has seen."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), EchoHandler)
        self.port = self.server_address[1]
        self.received: list[bytes] = []
        self.ended: SimpleQueue[str] = SimpleQueue()


class EchoHandler(socketserver.BaseRequestHandler):
    server: Echo

    def handle(self) -> None:
        try:
            while data := self.request.recv(65536):
                self.server.received.append(data)
                self.request.sendall(data)
            self.server.ended.put("closed")
        except ConnectionResetError:
            self.server.ended.put("reset")


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    with Proxy("127.0.0.1", echo.port) as proxy:
        yield proxy


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def asked(link: socket.socket, question: bytes) -> bytes:
    """What comes back, until it is all there or the connection ends."""
    link.sendall(question)
    answer = b""
    while len(answer) < len(question) and (data := link.recv(65536)):
        answer += data
    return answer


def test_without_a_toxic_every_byte_passes(proxy: Proxy) -> None:
    everything = bytes(range(256)) * 4096
    with connect(proxy) as link:
        assert asked(link, everything) == everything
    assert (proxy.accepted, proxy.struck) == (1, 0)


def test_a_url_is_led_through_the_proxy(echo: Echo) -> None:
    url = f"amqp://user:secret@127.0.0.1:{echo.port}/vhost"
    with Proxy.to(url) as proxy, connect(proxy) as link:
        assert proxy.lead(url) == f"amqp://user:secret@127.0.0.1:{proxy.port}/vhost"
        assert asked(link, b"x") == b"x"


def test_latency_holds_bytes_in_both_directions(proxy: Proxy) -> None:
    with connect(proxy) as link, proxy.suffering(Toxic(latency=0.1)):
        began = time.monotonic()
        assert asked(link, b"x") == b"x"
        assert 0.2 <= time.monotonic() - began < 2


def test_bandwidth_is_what_passes_in_a_second(proxy: Proxy) -> None:
    with connect(proxy) as link, proxy.suffering(Toxic(bandwidth=100_000)):
        began = time.monotonic()
        assert len(asked(link, bytes(20_000))) == 20_000
        assert 0.2 <= time.monotonic() - began < 3


def test_a_reset_is_seen_at_both_ends_and_by_new_connections(
    proxy: Proxy, echo: Echo
) -> None:
    with connect(proxy) as link:
        asked(link, b"x")
        proxy.set(Toxic(reset=True))
        with pytest.raises(ConnectionResetError):
            link.recv(1)
        assert echo.ended.get(timeout=5) == "reset"
        with pytest.raises(ConnectionResetError), connect(proxy) as another:
            another.recv(1)
    proxy.lift()
    with connect(proxy) as link:
        assert asked(link, b"y") == b"y"


def test_a_black_hole_takes_bytes_and_ends_what_it_maimed_when_it_is_lifted(
    proxy: Proxy, echo: Echo
) -> None:
    with connect(proxy) as link, connect(proxy) as silent:
        asked(silent, b"x")
        with proxy.suffering(Toxic(black_hole=True)):
            link.sendall(b"lost")
            link.settimeout(0.2)
            with pytest.raises(TimeoutError):
                link.recv(1)
        assert link.recv(1) == b""
        assert asked(silent, b"y") == b"y", "nothing of it was lost"
    assert b"lost" not in echo.received


def test_half_closed_the_client_sees_the_end_and_the_server_nothing(
    proxy: Proxy, echo: Echo
) -> None:
    with proxy.suffering(Toxic()), connect(proxy) as link:
        asked(link, b"x")
        proxy.set(Toxic(half_close=True))
        assert link.recv(1) == b""
        link.sendall(b"still arrives")
        wait_until(lambda: b"still arrives" in echo.received, seconds=5, what="echo")
        link.close()
        with connect(proxy) as another:
            assert asked(another, b"y") == b"y"
            assert echo.ended.empty()
    assert echo.ended.get(timeout=5) == "closed"


def test_an_answer_is_cut_after_so_many_bytes_so_many_times(proxy: Proxy) -> None:
    with proxy.suffering(Toxic(cut_after=3, times=2)):
        for _ in range(2):
            with connect(proxy) as link:
                assert asked(link, b"abcdef") == b"abc"
        with connect(proxy) as link:
            assert asked(link, b"abcdef") == b"abcdef"
    assert proxy.struck == 2


def test_a_pattern_is_swallowed_also_when_it_comes_in_pieces(echo: Echo) -> None:
    half = len(COMMITTED) // 2
    with Proxy("127.0.0.1", echo.port) as proxy:
        for pieces in ([COMMITTED], [COMMITTED[:half], COMMITTED[half:]]):
            with (
                proxy.suffering(Toxic(swallow=COMMITTED, times=1)),
                connect(proxy) as link,
            ):
                assert asked(link, b"before") == b"before"
                for piece in pieces:
                    link.sendall(piece)
                    received = link.recv(1024)
                assert received == b"", "the end, not the answer"
        assert proxy.struck == 2


def test_a_swallowed_question_never_reaches_the_server(
    proxy: Proxy, echo: Echo
) -> None:
    with connect(proxy) as link, proxy.suffering(Toxic(swallow=b"ack")):
        link.sendall(b"12ack34")
        assert link.recv(1024) in (b"", b"12"), "then the connection ends"
    assert echo.ended.get(timeout=5) in ("closed", "reset")
    assert echo.received == [b"12"]


def test_a_line_says_what_a_toxic_is() -> None:
    assert parsed("none") == Toxic()
    assert parsed("latency=0.2 bandwidth=1000") == Toxic(latency=0.2, bandwidth=1000)
    assert parsed("swallow=COMMIT times=1") == Toxic(swallow=COMMITTED, times=1)
    assert parsed("reset\n") == Toxic(reset=True)
    with pytest.raises(msgspec.ValidationError, match="latncy"):
        parsed("latncy=1")


def test_the_program_obeys_its_control_port(echo: Echo) -> None:
    ports = [free_port(), free_port()]
    places = ["--listen", str(ports[0]), "--control", str(ports[1])]
    command = [sys.executable, "-m", "chaos.proxy", *places]
    with subprocess.Popen([*command, "--to", f"127.0.0.1:{echo.port}"], cwd=ROOT) as it:
        try:
            wait_until(lambda: answers(ports[1]), seconds=10, what="the control port")
            with socket.create_connection(("127.0.0.1", ports[1]), timeout=5) as order:
                assert asked(order, b"cut_after=2\n").startswith(b"ok: 0 accepted")
                with socket.create_connection(("127.0.0.1", ports[0])) as link:
                    assert asked(link, b"abc") == b"ab"
                assert b"refused" in asked(order, b"nonsense\n")
        finally:
            it.terminate()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
