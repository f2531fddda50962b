"""How a message is named, even if it is no event that this version understands."""

from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

import msgspec


class Identity(NamedTuple):
    """`fingerprint` is the event's id where the body has one, else its SHA-256."""

    fingerprint: str
    event_id: UUID | None
    event_type: str


class _Named(msgspec.Struct):
    id: UUID
    type: str = ""


_decode = msgspec.json.Decoder(_Named).decode


def identify(body: bytes) -> Identity:
    try:
        named = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Identity(sha256(body).hexdigest(), None, "")
    return Identity(str(named.id), named.id, named.type)
