"""Whatever the bytes: the parsers of bodies and events refuse, and never fail."""

import gc
import json
import os
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from commands_app import body, requests
from commands_app.errors import CommandRejected
from messaging.envelope import decode
from messaging.errors import DecodeError
from messaging.events import OrderCreated
from projections_app import ledger
from projections_app.errors import InconsistentEvent
from tests.hostile.bytes_made import EVENTS, ORDERS, mutated

CASES = int(os.environ.get("HOSTILE_CASES", "0"))
SEED = int(os.environ.get("HOSTILE_SEED", "1"))
SIZE = 2**18  # bytes
MANY = 2 * CASES or 60

DOMAIN: dict[type[Any], Callable[[Any], object]] = {
    requests.CreateProduct: requests.CreateProduct.product,
    requests.ChangeProduct: requests.ChangeProduct.changes,
    requests.PlaceOrder: requests.PlaceOrder.order,
    requests.PlaceOrders: requests.PlaceOrders.all,
    requests.CancelOrder: lambda asked: asked.reason,
    requests.RefundOrder: requests.RefundOrder.refund,
}

pytestmark = pytest.mark.timeout(120 + CASES)
fuzz = settings(
    max_examples=MANY,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@seed(SEED)
@fuzz
@given(mutated(ORDERS), st.sampled_from(list(DOMAIN)))
def test_a_body_is_a_command_or_refused(sent: bytes, kind: type[Any]) -> None:
    with suppress(CommandRejected):
        DOMAIN[kind](body.decode(sent, kind))


@seed(SEED)
@fuzz
@given(mutated(EVENTS))
def test_a_message_is_an_event_or_refused(sent: bytes) -> None:
    with suppress(DecodeError, InconsistentEvent):
        event = decode(sent).payload
        if isinstance(event, OrderCreated):
            for line in ledger.lines(uuid4(), event):
                assert line.amount.is_finite()


@seed(SEED)
@fuzz
@given(st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=80))
def test_a_content_type_is_ours_or_unsupported(sent: str) -> None:
    for text in (sent, f"application/json;{sent}", f"application/json; charset={sent}"):
        request = RequestFactory().generic("POST", "/", b"{}", content_type=text)
        with suppress(CommandRejected):
            assert body.read(request) == b"{}"


SHAPES = {
    "lists": b"[" + b"[]," * (SIZE // 3) + b"[]]",
    "objects": b"[" + b"{}," * (SIZE // 3) + b"{}]",
    "open lists": b"[" * SIZE,
    "open objects": b'{"a":' * (SIZE // 5),
    "fractions": b"[" + b"1.1," * (SIZE // 4) + b"1]",
    "fields": json.dumps(dict.fromkeys(range(30_000), 1)).encode(),
    "digits": b"9" * SIZE,
    "exponent": b"1e" + b"9" * SIZE,
    "fraction": b'{"name":"a","category":"b","price":0.' + b"1" * SIZE + b"}",
    "escapes": b'"' + b"\\u0041" * (SIZE // 6) + b'"',
    "accents": b'{"name":"' + b"\xcc\x81" * (SIZE // 2) + b'"}',
    "blanks": b" " * SIZE,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_long_body_of_anything_is_refused_soon_and_in_little_memory(
    shape: str,
) -> None:
    """Time is the processor's; memory is some thirty times the body at most."""
    gc.collect()  # of what other tests have left
    begun = time.process_time()
    with pytest.raises(CommandRejected):
        body.decode(SHAPES[shape], requests.CreateProduct)
    with pytest.raises(DecodeError):
        decode(SHAPES[shape])
    assert time.process_time() - begun < 1

    tracemalloc.start()
    with pytest.raises(CommandRejected):
        body.decode(SHAPES[shape], requests.CreateProduct)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50 * SIZE
