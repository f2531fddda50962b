"""CloudEvents 1.0 envelopes in structured JSON: one event, one message body."""

import os
import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from messaging.errors import DecodeError, UnknownEvent
from messaging.events import EVENT_TYPES, Aware, Event, Watermark, check_years

CONTENT_TYPE = "application/cloudevents+json"

Payload = Event | Watermark


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """CloudEvents context attributes; `data` stays undecoded JSON.

    `dataversion`, `traceparent` and `tracestate` are extension attributes, lower case
    as CloudEvents 1.0 section 3.1 demands.
    """

    specversion: Literal["1.0"]
    id: UUID
    source: str
    type: str
    time: Aware
    dataversion: int
    data: msgspec.Raw
    subject: str | None = None
    traceparent: str | None = None
    tracestate: str | None = None
    datacontenttype: str = "application/json"

    def __post_init__(self) -> None:
        check_years(self.time)


class Message(NamedTuple):
    """An encoded envelope on its way, and what the broker is told about it."""

    id: UUID
    type: str
    routing_key: str
    body: bytes
    trace: str | None = None  # in which it was made


class Received(msgspec.Struct, frozen=True):
    """A decoded message: the envelope and its payload in its own type."""

    envelope: Envelope
    payload: Payload


_decode_envelope = msgspec.json.Decoder(Envelope).decode
_decode_payload: dict[tuple[str, int], Callable[[msgspec.Raw], Any]] = {
    (kind.__name__, version): msgspec.json.Decoder(kind).decode
    for kind in (*EVENT_TYPES, Watermark)
    for version in range(1, kind.VERSION + 1)
}
encode = msgspec.json.Encoder().encode


def raw(payload: Payload) -> msgspec.Raw:
    """A payload as the JSON that an envelope carries."""
    return msgspec.Raw(encode(payload))


def decode(body: bytes) -> Received:
    """Raises DecodeError, or UnknownEvent for a type or version not known here."""
    try:
        envelope = _decode_envelope(body)
        decoder = _decode_payload.get((envelope.type, envelope.dataversion))
        if decoder is None:
            raise UnknownEvent(
                f"no event {envelope.type} of version {envelope.dataversion} is known"
            )
        return Received(envelope, decoder(envelope.data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DecodeError(str(error)) from error


def new_event_id() -> UUID:
    """A UUIDv7 (RFC 9562, section 5.7): ordered by time, to the millisecond."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = milliseconds << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
