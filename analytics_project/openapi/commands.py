"""The write API's operations."""

import msgspec

from analytics_project.health import CommandsReport
from analytics_project.openapi import health
from analytics_project.openapi.document import Operation, Parameter, Schema, document
from commands_app import requests

ID: Schema = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
KEY = Parameter(
    "Idempotency-Key",
    "header",
    {"type": "string", "minLength": 1, "maxLength": 255},
    "Of this request: sent again with the same body, it gets the first answer.",
)
TRACE = Parameter(
    "traceparent", "header", {"type": "string"}, "W3C Trace Context, told on."
)
PRODUCT = Parameter("productId", "path", ID, "The product's id.")
ORDER = Parameter("orderId", "path", ID, "The order's id.")
EVENT_ID = {"Event-Id": "The event that tells of it: queries take it as `?after=`."}
REPLAYED = {"Idempotent-Replayed": "`true`: the stored answer to the same request."}
BODY_ERRORS = (400, 413, 415, 503)
POST_ERRORS = (*BODY_ERRORS, 409, 422)


class Receipt(msgspec.Struct, rename="camel"):
    """What a command answers."""


class ProductReceipt(Receipt):
    product_id: int


class RevisionReceipt(Receipt):
    product_id: int
    version: int


class OrderReceipt(Receipt):
    order_id: int


class OrdersReceipt(Receipt):
    order_ids: list[int]


class CancellationReceipt(Receipt):
    order_id: int
    status: str


class RefundReceipt(Receipt):
    refund_id: int


def post(
    path: str, name: str, summary: str, body: type, answer: type, status: int = 201
) -> Operation:
    of_an_order = "{orderId}" in path
    return Operation(
        "post",
        path,
        name,
        summary,
        answer,
        status=status,
        errors=(*POST_ERRORS, 404) if of_an_order else POST_ERRORS,
        body=body,
        is_body_required=not of_an_order,
        parameters=(ORDER, KEY, TRACE) if of_an_order else (KEY, TRACE),
        headers=EVENT_ID | REPLAYED,
    )


OPERATIONS = (
    post(
        "/api/products",
        "createProduct",
        "Add a product",
        requests.CreateProduct,
        ProductReceipt,
    ),
    Operation(
        "patch",
        "/api/products/{productId}",
        "changeProduct",
        "Change what is sent of a product; what was sold stays as it was",
        RevisionReceipt,
        errors=(*BODY_ERRORS, 404, 409),
        body=requests.ChangeProduct,
        parameters=(PRODUCT, TRACE),
        headers=EVENT_ID,
    ),
    post(
        "/api/orders",
        "placeOrder",
        "Place an order",
        requests.PlaceOrder,
        OrderReceipt,
    ),
    post(
        "/api/orders/batch",
        "placeOrders",
        "Place orders, all of them or none",
        requests.PlaceOrders,
        OrdersReceipt,
    ),
    post(
        "/api/orders/{orderId}/cancel",
        "cancelOrder",
        "Take an order back as if it had not been placed",
        requests.CancelOrder,
        CancellationReceipt,
        200,
    ),
    post(
        "/api/orders/{orderId}/refunds",
        "refundOrder",
        "Take back lines or quantities of an order",
        requests.RefundOrder,
        RefundReceipt,
    ),
    *health.operations(CommandsReport),
)


def write_api() -> Schema:
    return document(
        title="Commerce analytics: commands",
        about=(
            "Products and orders; every change is told on as an event. Types are"
            " strict: 1.0 is no integer, and a field that is not known is refused."
        ),
        scope="commands",
        operations=OPERATIONS,
    )
