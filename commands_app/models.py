"""The write side's tables: the truth that every figure can be recomputed from.

Cancellations and refunds are rows of their own. Order lines keep name, category and
price as sold. `event_id` on a business row names the event that told of it.
"""

from decimal import Decimal

from django.db import models
from django.db.models.functions import Now


def money() -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(max_digits=14, decimal_places=2)


def money_check(name: str, field: str) -> models.CheckConstraint:
    """Not negative, and not numeric's NaN, which PostgreSQL holds above all numbers."""
    return models.CheckConstraint(
        name=name,
        condition=models.Q(**{f"{field}__gte": 0, f"{field}__lt": 10**12}),
    )


class Product(models.Model):
    sku = models.TextField(null=True)  # noqa: DJ001 (unique: no "")
    name = models.TextField()
    category = models.TextField()
    price = money()
    stock = models.BigIntegerField(null=True)  # null: not tracked
    version = models.IntegerField(db_default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "products"
        constraints = [
            models.UniqueConstraint(fields=["sku"], name="products_sku"),
            money_check("products_price", "price"),
            models.CheckConstraint(
                name="products_stock", condition=models.Q(stock__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"


class Order(models.Model):
    class Status(models.TextChoices):
        PLACED = "placed"
        CANCELLED = "cancelled"

    customer_id = models.BigIntegerField()
    reference = models.TextField(null=True)  # noqa: DJ001 (unique: no "")
    total = money()
    status = models.TextField(choices=Status, db_default=Status.PLACED)
    placed_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    event_id = models.UUIDField()

    class Meta:
        db_table = "orders"
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="orders_reference"),
            money_check("orders_total", "total"),
        ]

    def __str__(self) -> str:
        return f"order {self.pk}"


class OrderItem(models.Model):
    """One line: amount = price * quantity - discount."""

    # No index of its own: the unique (order, line_no) serves it.
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="items", db_index=False
    )
    line_no = models.IntegerField()  # from 1, as the client sent them
    product = models.ForeignKey(Product, models.PROTECT, db_index=False)
    sku = models.TextField(null=True)  # noqa: DJ001 (as sold; null: had none)
    product_name = models.TextField()
    category = models.TextField()
    quantity = models.IntegerField()
    price = money()
    discount = money()

    class Meta:
        db_table = "order_items"
        constraints = [
            models.UniqueConstraint(
                fields=["order", "line_no"], name="order_items_line"
            ),
            models.CheckConstraint(
                name="order_items_quantity",
                condition=models.Q(quantity__gte=1, quantity__lte=1_000_000),
            ),
            money_check("order_items_price", "price"),
            models.CheckConstraint(
                name="order_items_discount",
                condition=models.Q(
                    discount__gte=0,
                    discount__lte=models.F("price") * models.F("quantity"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.line_no} of order {self.order_id}"


class OrderCancellation(models.Model):
    """Reverses all that refunds have left of an order; at most one an order."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="cancellation")
    reason = models.TextField(null=True)  # noqa: DJ001 (null: none given)
    cancelled_at = models.DateTimeField(db_default=Now())
    event_id = models.UUIDField()

    class Meta:
        db_table = "order_cancellations"

    def __str__(self) -> str:
        return f"cancellation of order {self.order_id}"


class Refund(models.Model):
    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    restocked = models.BooleanField()
    reason = models.TextField(null=True)  # noqa: DJ001 (null: none given)
    refunded_at = models.DateTimeField(db_default=Now())
    event_id = models.UUIDField()

    class Meta:
        db_table = "refunds"

    def __str__(self) -> str:
        return f"refund {self.pk} of order {self.order_id}"


class RefundLine(models.Model):
    """The part of an order line that a refund takes back; `discount` is its share."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="lines")
    order_item = models.ForeignKey(OrderItem, models.PROTECT, related_name="refunds")
    quantity = models.IntegerField()
    discount = money()

    class Meta:
        db_table = "refund_lines"
        constraints = [
            models.CheckConstraint(
                name="refund_lines_quantity", condition=models.Q(quantity__gte=1)
            ),
            money_check("refund_lines_discount", "discount"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.order_item_id}"


class OutboxEvent(models.Model):
    """An event on its way: written with its cause, published by the relay.

    The table is partitioned by `id`: see partitions.py.
    """

    event_id = models.UUIDField()
    topic = models.TextField()
    event_type = models.TextField()
    version = models.SmallIntegerField()
    subject = models.TextField()
    payload = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())  # start of the transaction
    published_at = models.DateTimeField(null=True)
    traceparent = models.TextField(null=True)  # noqa: DJ001 (null: not traced)

    class Meta:
        db_table = "outbox"
        indexes = [
            models.Index(
                name="outbox_pending",
                fields=["id"],
                condition=models.Q(published_at=None),
            ),
            models.Index(name="outbox_event", fields=["event_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"


class RelayStatus(models.Model):
    """What the relay said last of the broker: a single row (id 1)."""

    state = models.TextField()
    reason = models.TextField()
    since = models.DateTimeField(db_default=Now())  # it is in this state
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "relay_status"
        verbose_name_plural = "relay status"

    def __str__(self) -> str:
        return self.state


class IdempotencyKey(models.Model):
    """The stored answer to a POST that carried an Idempotency-Key."""

    key = models.TextField(primary_key=True)
    fingerprint = models.BinaryField()  # SHA-256 of method, path and body
    status = models.SmallIntegerField()
    body = models.BinaryField()
    event_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "idempotency_keys"

    def __str__(self) -> str:
        return self.key
