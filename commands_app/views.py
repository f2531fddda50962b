"""The write API: a body is decoded, a command is run once, its receipt is answered."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from commands_app import body, idempotency, outbox, requests
from commands_app.cancellations import cancel_order
from commands_app.idempotency import Answer
from commands_app.orders import place_orders
from commands_app.products import create_products, update_product
from commands_app.refunds import refund_order
from commands_app.values import plain
from messaging import tracing
from messaging.failpoints import fail_point

T = TypeVar("T")
_encode = msgspec.json.Encoder().encode


class Command(APIView):
    """JSON in, JSON out, whatever a client says that it accepts.

    RFC 9110, section 12.5.1, lets a server disregard Accept.
    """

    def initialize_request(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> Request:
        """Without parsers, and without the circle of a request and its context.

        A circle is memory that waits for a full collection, for hours on end.
        """
        asked = Request(request)
        asked.parser_context.clear()
        return asked

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """No negotiation, versions or throttles: what they do is not needed here."""

    def raise_uncaught_exception(self, exc: Exception) -> NoReturn:
        raise exc  # to the edge, which knows what to answer


class Products(Command):
    def post(self, request: Request) -> HttpResponse:
        product = _sent(request, requests.CreateProduct).product()

        def create() -> Answer:
            (receipt,) = create_products([product])
            return _answer(201, {"productId": receipt.id}, receipt.event_id)

        return _perform(request, create)


class Product(Command):
    def patch(self, request: Request, product_id: int) -> HttpResponse:
        changes = _sent(request, requests.ChangeProduct).changes()

        def update() -> Answer:
            version, event_id = update_product(product_id, changes)
            told = {"productId": product_id, "version": version}
            return _answer(200, told, event_id)

        return _perform(request, update)


class Orders(Command):
    def post(self, request: Request) -> HttpResponse:
        order = _sent(request, requests.PlaceOrder).order()

        def place() -> Answer:
            (receipt,) = place_orders([order])
            return _answer(201, {"orderId": receipt.id}, receipt.event_id)

        return _perform(request, place)


class OrderBatch(Command):
    def post(self, request: Request) -> HttpResponse:
        orders = _sent(request, requests.PlaceOrders).all()

        def place() -> Answer:
            receipts = place_orders(orders)
            told = {"orderIds": [receipt.id for receipt in receipts]}
            return _answer(201, told, receipts[-1].event_id)

        return _perform(request, place)


class Cancellation(Command):
    def post(self, request: Request, order_id: int) -> HttpResponse:
        asked = _sent(request, requests.CancelOrder, empty=requests.CancelOrder())

        def cancel() -> Answer:
            receipt = cancel_order(order_id, reason=plain(asked.reason))
            told = {"orderId": order_id, "status": "cancelled"}
            return _answer(200, told, receipt.event_id)

        return _perform(request, cancel)


class Refunds(Command):
    def post(self, request: Request, order_id: int) -> HttpResponse:
        asked = _sent(request, requests.RefundOrder, empty=requests.RefundOrder())

        def refund() -> Answer:
            receipt = refund_order(order_id, asked.refund())
            return _answer(201, {"refundId": receipt.id}, receipt.event_id)

        return _perform(request, refund)


def _sent(request: Request, kind: type[T], *, empty: T | None = None) -> T:
    sent = body.read(request._request)  # noqa: SLF001 (below the framework's proxy)
    return empty if empty is not None and not sent else body.decode(sent, kind)


def _answer(status: int, told: Mapping[str, object], event_id: UUID) -> Answer:
    return Answer(status, _encode(told), event_id)


def _perform(request: Request, command: Callable[[], Answer]) -> HttpResponse:
    """Runs the command; once only, if it is a POST with an Idempotency-Key."""
    http = request._request  # noqa: SLF001 (its proxy is slow, and adds nothing here)
    key = http.META.get("HTTP_IDEMPOTENCY_KEY") if http.method == "POST" else None
    with outbox.traced_by(_trace(http)):
        if key is None:
            answer = command()
        else:
            asked = idempotency.fingerprint("POST", http.path, http.body)
            answer = idempotency.once(key, asked, command)
    fail_point("views.committed")
    response = HttpResponse(
        answer.body, status=answer.status, content_type="application/json"
    )
    response["Event-Id"] = str(answer.event_id)
    if answer.replayed:
        response["Idempotent-Replayed"] = "true"
    return response


def _trace(http: HttpRequest) -> str | None:
    sent = http.META
    return tracing.kept(sent.get("HTTP_TRACEPARENT"), sent.get("HTTP_TRACESTATE"))
