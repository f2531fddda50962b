"""Message bodies for the projector: odd ones, and every kind of poison."""

from datetime import datetime
from decimal import Decimal
from random import Random

import msgspec

from messaging.envelope import Envelope, encode, new_event_id
from messaging.events import OrderCreated, ProductCreated, Watermark
from tests.messaging.builders import PLACED_AT, an_order, body_of

TOO_LONG_FOR_AN_INDEX = "".join(
    map(chr, Random(1).choices(range(0x4E00, 0x9FFF), k=9000))
)


def a_watermark(published_up_to: datetime) -> bytes:
    mark = Watermark(published_up_to=published_up_to)
    envelope = Envelope(
        specversion="1.0",
        id=new_event_id(),
        source="/tests",
        type="Watermark",
        time=PLACED_AT,
        dataversion=mark.VERSION,
        data=msgspec.Raw(encode(mark)),
    )
    return encode(envelope)


def a_line(**changes: object) -> OrderCreated:
    """An order of one line with these fields, and a total that fits."""
    line = msgspec.structs.replace(an_order().lines[0], **changes)
    return an_order(lines=(line,), total=line.amount)


POISON = {
    "broken JSON": b'{"specversion": "1.0", ',
    "not UTF-8": b"\xff\xfe",
    "unknown type": body_of(an_order(), type="OrderTeleported"),
    "unknown version": body_of(an_order(), dataversion=2),
    "amount overflows": body_of(a_line(unit_price=Decimal("9999999999999.99"))),
    "line overflows": body_of(a_line(unit_price=Decimal(10) ** 11, quantity=1000)),
    "not a number": body_of(a_line(unit_price=Decimal("NaN"))),
    "price of a product that is not a number": body_of(
        ProductCreated(
            product_id=1, version=1, name="x", category="y", price=Decimal("NaN")
        )
    ),
    "infinite": body_of(a_line(discount=Decimal("Infinity"))),
    "exponent out of reach": body_of(a_line(unit_price=Decimal("1E+999999"))),
    "fractions of a cent": body_of(a_line(unit_price=Decimal("0.001"))),
    "a time without a zone": body_of(an_order(), time=PLACED_AT.replace(tzinfo=None)),
    "order id beyond bigint": body_of(an_order(order_id=2**63)),
    "product id beyond bigint": body_of(a_line(product_id=2**63)),
    "line number beyond int": body_of(a_line(line_no=2**31)),
    "version beyond int": body_of(
        ProductCreated(
            product_id=1, version=2**31, name="x", category="y", price=Decimal(1)
        )
    ),
    "negative quantity": body_of(a_line(quantity=-1)),
    "discount above the price": body_of(a_line(discount=Decimal(1000))),
    "a total of something else": body_of(an_order(total=Decimal("59.97"))),
    "one line twice": body_of(
        an_order(lines=an_order().lines * 2, total=an_order().total * 2)
    ),
    "NUL in a name": body_of(a_line(name="a\0b")),
    "category too long for an index": body_of(a_line(category=TOO_LONG_FOR_AN_INDEX)),
}
