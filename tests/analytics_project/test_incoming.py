"""What a socket holds of a request, and for how much of it a thread has to wait."""

import socket
from collections.abc import Iterator

import pytest

from analytics_project.incoming import LONG, MAX_WHOLE, WHOLE, awaited, held
from analytics_project.web_worker import cut_off, late

HEAD = b"POST /api/orders HTTP/1.1\r\nHost: x\r\n"
BODY = HEAD + b"content-length:  9 \r\n\r\n"
LONG_BODY = HEAD + b"Content-Length: %d\r\n\r\n"


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        link, _ = server.accept()
        with client, link:
            yield client, link


Ends = tuple[socket.socket, socket.socket]


@pytest.mark.parametrize(
    ("sent", "size"),
    [
        (HEAD, len(HEAD) + 1),
        (HEAD + b"X: " + b"x" * 20_000, len(HEAD) + 20_004),
        (HEAD + b"X: " + b"x" * 70_000, LONG),
        (HEAD + b"\r\n", WHOLE),
        (BODY, len(BODY) + 9),
        (BODY + b"12345678", len(BODY) + 9),
        (BODY + b"123456789", WHOLE),
        (BODY + b"123456789" + HEAD, WHOLE),
        (LONG_BODY % MAX_WHOLE, LONG),
        (LONG_BODY % 10**30, LONG),
        (LONG_BODY % 50_000 + b" " * 50_000, WHOLE),
        (HEAD + b"Content-Length: -1\r\n\r\n", WHOLE),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n", LONG),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", WHOLE),
        (b"\0" * 10, 11),
    ],
    ids=lambda value: str(value)[-40:],
)
def test_a_thread_is_for_a_request_that_is_there(
    ends: Ends, sent: bytes, size: int
) -> None:
    client, link = ends
    client.sendall(sent)
    link.recv(len(sent), socket.MSG_PEEK | socket.MSG_WAITALL)

    assert awaited(link) == size
    assert held(link) == len(sent), "nothing was read"


def test_nothing_is_waited_for_and_who_is_gone_is_not(ends: Ends) -> None:
    client, link = ends
    assert awaited(link) == 1
    client.close()
    link.recv(1, socket.MSG_PEEK)
    assert awaited(link) == WHOLE


def test_who_is_late_is_told_once() -> None:
    deadlines = {"a": 1.0, "b": 2.0, "c": 3.0}

    assert (late(deadlines, 2.0), late(deadlines, 2.0)) == (["a", "b"], [])
    assert deadlines == {"c": 3.0}


def test_a_reader_that_is_cut_off_meets_the_end_and_can_still_answer(
    ends: Ends,
) -> None:
    client, link = ends
    client.sendall(b"x")
    link.recv(1, socket.MSG_PEEK)
    cut_off(link)

    assert (link.recv(10), link.recv(10)) == (b"x", b"")
    link.sendall(b"answer")
    assert client.recv(10) == b"answer"
