"""What can be wrong with a network, and the words for it."""

from typing import Any

import msgspec

# The answer to COMMIT: PostgreSQL's CommandComplete, protocol section 55.7.
COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
# Basic.Ack, AMQP 0-9-1: a frame of 13 bytes, class 60, method 80.
BASIC_ACK = b"\x00\x00\x00\x0d\x00\x3c\x00\x50"
CREATED = b"HTTP/1.1 201"
PATTERNS = {"COMMIT": COMMITTED, "Basic.Ack": BASIC_ACK, "201": CREATED}


class Toxic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong with the network; without arguments, nothing is.

    `reset`, `half_close` and `cut_after` strike what is connected; a new connection
    is reset or cut as well, but not half closed.
    """

    latency: float = 0.0  # seconds that each piece waits, in either direction
    bandwidth: int = 0  # bytes a second in either direction; 0: no limit
    reset: bool = False  # every connection ends with RST
    black_hole: bool = False  # bytes vanish, nobody is told until it is lifted
    half_close: bool = False  # the client sees the end, the server nothing
    cut_after: int | None = None  # bytes answered from now on, then the connection ends
    swallow: bytes = b""  # this and what follows it is lost, the connection ends
    times: int | None = None  # connections to cut or swallow; None: all


def parsed(line: str) -> Toxic:
    """A toxic of words such as "latency=0.2 bandwidth=1000" or "reset", or "none"."""
    given: dict[str, Any] = {}
    for word in line.split():
        name, _, value = word.partition("=")
        given[name] = value or True
    given.pop("none", None)
    if pattern := given.get("swallow"):
        given["swallow"] = PATTERNS.get(pattern, str(pattern).encode())
    return msgspec.convert(given, Toxic, strict=False, builtin_types=(bytes,))
