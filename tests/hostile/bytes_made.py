"""Bytes for parsers: JSON of hostile values, and honest messages that were damaged."""

import json
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import strategies as st

from messaging.events import OrderCancelled, OrderRefunded, ProductCreated
from tests.messaging.builders import PLACED_AT, an_order, body_of

ITEM = {"productId": 1, "quantity": 2, "price": 29.99, "discount": 0.01}
ORDER = {"customerId": 1, "items": [ITEM], "placedAt": "2024-01-15T10:30:00Z"}
ORDERS = [
    json.dumps(sent).encode()
    for sent in (
        {"name": "Mouse", "category": "Home/Garden", "price": 29.99, "stock": 7},
        ORDER,
        {"orders": [ORDER, ORDER]},
        {"reason": "broken"},
        {"items": [{"line": 1, "quantity": 2}], "restock": True, "reason": "x"},
    )
]
_sold = msgspec.structs.asdict(an_order())
del _sold["reference"]
EVENTS = [
    body_of(event)
    for event in (
        an_order(),
        OrderCancelled(**_sold, cancelled_at=PLACED_AT),
        OrderRefunded(**_sold, refunded_at=PLACED_AT, refund_id=1, restocked=True),
        ProductCreated(
            product_id=1, version=1, name="a", category="b", price=Decimal(1)
        ),
    )
]
# Of each kind of value, what has been known to hurt.
TOKENS = [
    *(b"NaN", b"-Infinity", b"1e400", b"1E+9", b"-0.0", b"1.0", b"-1", b"9" * 5000),
    *(str(2**n + d).encode() for n in (31, 32, 63, 64) for d in (-1, 0)),
    *(b'"NaN"', b'"sNaN"', b'"Infinity"', b'"1e999999"', b'"-1"', b'"1_0"', b'""'),
    *(b'"\\u0000"', b'"\\ud800"', b'"\\u202e"', b'"\xff"', b'"\xef\xbc\x97"'),
    *(b'"9999-12-31T23:59:59-23:59"', b'"0001-01-01T00:00:00+23:59"'),
    *(b"null", b"true", b"[]", b"{}", b"[" * 2000, b'{"a":' * 2000, b'{"a":1,"a":2}'),
    *(b'"%s"' % (b"x" * 5000), b'"<script>"', b'"1969-12-31T23:59:59Z"'),
]

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["items", "name", "data", "é"]), inner)
    ),
    max_leaves=10,
)


def mutated(honest: list[bytes]) -> st.SearchStrategy[bytes]:
    return st.one_of(
        damaged(honest), damaged(honest), st.binary(max_size=200), values.map(encoded)
    )


def encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


@st.composite
def damaged(draw: st.DrawFn, honest: list[bytes]) -> bytes:
    """One value replaced by a token, or a few bytes changed, cut out or doubled."""
    sent = draw(st.sampled_from(honest))
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(sent)))
        colon = sent.find(b":", begin)
        if colon >= 0 and draw(st.booleans()):
            end = min(
                (
                    sent.find(sign, colon)
                    for sign in (b",", b"}")
                    if sign in sent[colon:]
                ),
                default=len(sent),
            )
            sent = sent[: colon + 1] + draw(st.sampled_from(TOKENS)) + sent[end:]
        else:
            end = begin + draw(st.integers(0, 8))
            put = draw(st.binary(max_size=4) | st.just(sent[begin : begin + 40] * 2))
            sent = sent[:begin] + put + sent[end:]
    return sent
