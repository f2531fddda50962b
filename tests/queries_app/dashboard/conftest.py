"""A browser without scripts, and a small shop for it to look at."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from messaging.events import (
    Event,
    OrderCancelled,
    OrderCreated,
    OrderLine,
    OrderRefunded,
)
from projections_app import projector
from projections_app.models import SyncState
from queries_app import trust
from tests.messaging.builders import an_order, body_of

MARCH = "from=2026-03-01&to=2026-04-01"
HOSTILE = "<script>alert('x')</script>"
HOSTILE_CATEGORY = '"><img src=x onerror=alert(1)>'

Open = Callable[..., "Shown"]


class Shown:
    """A page or a part of one, as it was answered."""

    def __init__(self, response: HttpResponse) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.html = response.content.decode()

    @property
    def words(self) -> str:
        """What can be read, white space collapsed."""
        return " ".join(re.sub(r"<[^>]*>", " ", self.html).split())

    def figure(self, key: str, *, of: str = "range") -> str:
        found = re.search(
            rf'id="figure-{of}-{key}">(.*?)</dd>', self.html, flags=re.DOTALL
        )
        assert found, f"no figure {key}"
        return re.sub(r"<[^>]*>", "", found[1]).strip()


@pytest.fixture
def browse(settings: Settings) -> Open:
    settings.ROOT_URLCONF = "analytics_project.urls_queries"
    client = Client(raise_request_exception=False)

    def browse(address: str, *, cookies: str = "", **headers: str) -> Shown:
        client.cookies.load(cookies)
        headers = {"accept": "text/html", **headers}
        return Shown(client.get(address, headers=headers))

    return browse


def a_line(
    number: int, *, price: str, quantity: int = 1, discount: str = "0.00"
) -> OrderLine:
    """Of product 7 or, with an even number, of a product with hostile names."""
    is_hostile = number % 2 == 0
    return OrderLine(
        line_no=number,
        product_id=8 if is_hostile else 7,
        name=HOSTILE if is_hostile else "Mouse",
        category=HOSTILE_CATEGORY if is_hostile else "Electronics",
        sku="M-7" if not is_hostile else None,
        quantity=quantity,
        unit_price=Decimal(price),
        discount=Decimal(discount),
    )


def at(day: int, hour: int = 12, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def sold(
    order_id: int, *lines: OrderLine, customer_id: int = 2, placed_at: datetime
) -> OrderCreated:
    return an_order(
        order_id=order_id,
        customer_id=customer_id,
        placed_at=placed_at,
        lines=lines,
        total=sum((line.amount for line in lines), Decimal()),
    )


@pytest.fixture
def shop() -> None:
    """March: gross 1,160.00, discounts 10.00, taken back 50.00 and 100.00."""
    february = sold(3, a_line(1, price="250.00"), placed_at=at(10, month=2))
    first = sold(
        1,
        a_line(1, price="500.00", quantity=2, discount="10.00"),
        a_line(2, price="60.00"),
        placed_at=at(2),
    )
    second = sold(2, a_line(1, price="100.00"), customer_id=3, placed_at=at(3))
    refund = OrderRefunded(
        order_id=3,
        customer_id=2,
        placed_at=february.placed_at,
        lines=(a_line(1, price="50.00"),),
        total=Decimal("50.00"),
        refund_id=1,
        refunded_at=at(4),
        restocked=False,
    )
    cancellation = OrderCancelled(
        order_id=2,
        customer_id=3,
        placed_at=second.placed_at,
        lines=second.lines,
        total=second.total,
        cancelled_at=at(5),
    )
    apply(february, first, second, refund, cancellation)
    SyncState.objects.update_or_create(id=1, defaults={"watermark": datetime.now(UTC)})


@pytest.fixture(autouse=True)
def _nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the pipeline's state, by the tests before."""
    monkeypatch.setattr(trust, "_kept", trust.NOTHING)


def apply(*events: Event) -> None:
    assert projector.apply([body_of(event) for event in events]) == []
