"""The contract, frozen: one file an event version, decoded for ever.

A file is never changed. A new version of an event gets a file of its own.
"""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from messaging.envelope import Envelope, Payload, decode, encode
from messaging.events import (
    EVENT_TYPES,
    OrderCancelled,
    OrderCreated,
    OrderLine,
    OrderRefunded,
    ProductCreated,
    ProductUpdated,
    Watermark,
)

GOLDEN = Path(__file__).parents[1] / "golden"
TIME = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
PLACED = datetime(2026, 3, 1, 12, 30, 15, 123_456, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

MICE = OrderLine(
    line_no=1,
    product_id=7,
    name="Wireless Mouse",
    category="Electronics",
    quantity=2,
    unit_price=Decimal("29.99"),
    discount=Decimal("0.98"),
    sku="WM-1",
)
TEA = OrderLine(
    line_no=2,
    product_id=8,
    name="Grüner Tee 茶",
    category="Food / Tea",
    quantity=1,
    unit_price=Decimal("4.50"),
    discount=Decimal("0.00"),
)
ONE_MOUSE = msgspec.structs.replace(MICE, quantity=1, discount=Decimal("0.49"))
PAYLOADS: dict[str, Payload] = {
    "ProductCreated.v1": ProductCreated(
        product_id=7,
        version=1,
        name="Wireless Mouse",
        category="Electronics",
        price=Decimal("29.99"),
        stock=100,
        sku="WM-1",
    ),
    "ProductUpdated.v1": ProductUpdated(
        product_id=8,
        version=3,
        name="Grüner Tee 茶",
        category="Food / Tea",
        price=Decimal("4.50"),
    ),
    "OrderCreated.v1": OrderCreated(
        order_id=17,
        customer_id=9_007_199_254_740_993,
        placed_at=PLACED,
        lines=(MICE, TEA),
        total=Decimal("63.50"),
        reference="shop-2026-0017",
    ),
    "OrderCancelled.v1": OrderCancelled(
        order_id=17,
        customer_id=9_007_199_254_740_993,
        placed_at=PLACED,
        lines=(
            ONE_MOUSE,
            msgspec.structs.replace(TEA, quantity=0),
        ),
        total=Decimal("29.50"),
        cancelled_at=TIME,
        reason="changed my mind",
    ),
    "OrderRefunded.v1": OrderRefunded(
        order_id=17,
        customer_id=9_007_199_254_740_993,
        placed_at=PLACED,
        lines=(
            ONE_MOUSE,
            TEA,
        ),
        total=Decimal("34.00"),
        refund_id=5,
        refunded_at=TIME,
        restocked=True,
        reason=None,
    ),
    "Watermark.v1": Watermark(published_up_to=TIME),
}


def envelope(number: int, payload: Payload) -> Envelope:
    subject = getattr(payload, "subject", None)
    return Envelope(
        specversion="1.0",
        id=UUID(f"019503f1-2a00-7000-8000-{number:012d}"),
        source="/commerce/commands",
        type=type(payload).__name__,
        time=TIME,
        dataversion=1,
        subject=subject,
        traceparent=TRACE if subject else None,
        data=msgspec.Raw(encode(payload)),
    )


ENVELOPES = {
    name: envelope(number, payload)
    for number, (name, payload) in enumerate(PAYLOADS.items(), start=1)
}


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.json").read_bytes()


def test_every_version_of_every_event_has_a_golden_file_and_a_meaning_here() -> None:
    versions = {
        f"{kind.__name__}.v{version}"
        for kind in (*EVENT_TYPES, Watermark)
        for version in range(1, kind.VERSION + 1)
    }

    assert versions == {path.stem for path in GOLDEN.glob("*.json")}
    assert versions == PAYLOADS.keys()


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_golden_file_is_decoded_to_what_it_has_always_meant(name: str) -> None:
    received = decode(golden(name))

    assert received.payload == PAYLOADS[name]
    assert type(received.payload) is type(PAYLOADS[name])
    for field in msgspec.structs.fields(Envelope):
        if field.name != "data":
            expected = getattr(ENVELOPES[name], field.name)
            assert getattr(received.envelope, field.name) == expected, field.name


@pytest.mark.parametrize("name", PAYLOADS)
def test_what_is_sent_today_is_byte_for_byte_what_the_file_holds(name: str) -> None:
    sent = encode(ENVELOPES[name])

    assert msgspec.json.format(sent, indent=2) + b"\n" == golden(name)


@pytest.mark.parametrize("name", PAYLOADS)
def test_members_may_come_in_any_order_and_unknown_ones_are_left_out(name: str) -> None:
    members = msgspec.json.decode(golden(name))
    data = {"later": 1, **dict(reversed(members.pop("data").items()))}

    body = encode({"data": data, "extension": "x", **dict(reversed(members.items()))})

    assert decode(body).payload == PAYLOADS[name]
