"""How much of a request a socket holds, looked at without reading it."""

import fcntl
import re
import socket
import struct
import termios

USUAL_HEAD = 8 * 1024  # bytes; nearly every head is shorter
MAX_HEAD = 64 * 1024
MAX_WHOLE = 128 * 1024  # of head and body, to be kept in the kernel's memory
END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
LAST_CHUNK = b"0\r\n\r\n"

WHOLE = 0  # a request is there, or the client is gone
LONG = -1  # one that has to be read while it arrives


def awaited(link: socket.socket) -> int:
    """How many bytes it has to hold before it is worth another look; WHOLE or LONG."""
    try:
        head = peek(link, USUAL_HEAD)
        if len(head) == USUAL_HEAD and END not in head:
            head = peek(link, MAX_HEAD)
    except BlockingIOError:
        return 1
    except OSError:
        return WHOLE
    end = head.find(END)
    if not head:
        return WHOLE
    if end < 0:
        return len(head) + 1 if len(head) < MAX_HEAD else LONG
    return awaited_body(link, head, end + len(END))


def awaited_body(link: socket.socket, head: bytes, begin: int) -> int:
    """`head` may hold some of the body, from `begin` on."""
    if CHUNKED.search(head, 0, begin):
        return WHOLE if head.endswith(LAST_CHUNK) else LONG
    length = LENGTH.search(head, 0, begin)
    size = begin + int(length[1][:10]) if length else begin
    if size <= len(head) or size <= held(link):
        return WHOLE
    return size if size <= MAX_WHOLE else LONG


def peek(link: socket.socket, size: int) -> bytes:
    return link.recv(size, socket.MSG_PEEK | socket.MSG_DONTWAIT)


def held(link: socket.socket) -> int:
    """Bytes that have arrived and were not read."""
    (size,) = struct.unpack("i", fcntl.ioctl(link, termios.FIONREAD, bytes(4)))
    return int(size)
