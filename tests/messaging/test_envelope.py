"""What goes out comes back; what is no event of ours is refused, never a crash."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.envelope import decode, new_event_id
from messaging.errors import DecodeError, UnknownEvent
from messaging.events import YEARS, OrderCreated, OrderLine
from tests.messaging.builders import an_order, body_of

ids = st.integers(min_value=1, max_value=2**63 - 1)
money = st.decimals(min_value=0, max_value=10**12, places=2)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
lines = st.builds(
    OrderLine,
    line_no=st.integers(1, 1000),
    product_id=ids,
    name=text,
    category=text,
    quantity=st.integers(0, 10**6),
    unit_price=money,
    discount=money,
    sku=st.none() | text,
)
orders = st.builds(
    OrderCreated,
    order_id=ids,
    customer_id=ids,
    placed_at=st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year in YEARS),
    lines=st.lists(lines, max_size=5).map(tuple),
    total=money,
    reference=st.none() | text,
)


@given(orders)
def test_an_event_survives_the_wire_unchanged(order: OrderCreated) -> None:
    assert decode(body_of(order)).payload == order


def test_money_keeps_its_decimals_on_the_wire() -> None:
    order = an_order(total=Decimal("10.10"))

    assert b'"total":"10.10"' in body_of(order)
    assert str(decode(body_of(order)).payload.total) == "10.10"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "changes", [{"type": "OrderTeleported"}, {"dataversion": 2}, {"dataversion": 0}]
)
def test_an_unknown_type_or_version_is_named(changes: dict[str, object]) -> None:
    with pytest.raises(UnknownEvent, match="is known"):
        decode(body_of(an_order(), **changes))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"[" * 100_000,
        b'{"specversion":"1.0"}',
        body_of(an_order(), specversion="0.3"),
        body_of(an_order()).replace(b'"orderId":1', b'"orderId":"1"'),
        body_of(an_order()).replace(b'"orderId":1,', b""),
        body_of(an_order()).replace(b"12:30:00Z", b"12:30:00"),
        body_of(an_order()).replace(
            b"2026-03-01T12:30:00Z", b"0001-01-01T00:00:00+23:00"
        ),
        body_of(an_order()).replace(b'"placedAt":"2026', b'"placedAt":"9999'),
        body_of(an_order()).replace(b'"eventType":"OrderCreated"', b'"eventType":"X"'),
    ],
)
def test_bytes_that_are_no_event_are_refused(body: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(body)


def test_a_field_that_a_newer_writer_added_is_ignored() -> None:
    body = body_of(an_order()).replace(b'"orderId":1', b'"orderId":1,"gift":true')

    assert decode(body).payload == an_order()


@given(st.binary(max_size=200))
def test_no_bytes_at_all_crash_the_decoder(body: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(body)


def test_event_ids_are_uuid7_and_grow_with_time() -> None:
    before = datetime.now(UTC)
    first, second = new_event_id(), new_event_id()

    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    milliseconds = first.int >> 80
    assert abs(milliseconds / 1000 - before.timestamp()) < 5
    assert first.int >> 80 <= second.int >> 80


def test_the_structured_envelope_is_cloudevents() -> None:
    envelope = msgspec.json.decode(body_of(an_order()))

    assert envelope["specversion"] == "1.0"
    assert envelope["type"] == "OrderCreated"
    assert envelope["subject"] == "order/1"
    assert envelope["dataversion"] == 1
    assert envelope["data"]["lines"][0]["unitPrice"] == "29.99"
