"""The read side's tables: the ledger, what is rolled up from it, and bookkeeping."""

from decimal import Decimal

from django.db import models
from django.db.models.functions import Now


def money() -> "models.DecimalField[Decimal, Decimal]":
    """Of one line."""
    return models.DecimalField(max_digits=14, decimal_places=2)


def money_sum() -> "models.DecimalField[Decimal, Decimal]":
    """Of any number of lines."""
    return models.DecimalField(max_digits=24, decimal_places=2)


class SalesLedger(models.Model):
    """One row an order line and event; every figure is a sum over these rows.

    `id` grows in the order of insertion and is what a replay catches up by. Sales
    are positive, cancellations and refunds negative, in quantity and money alike.
    """

    class Kind(models.TextChoices):
        SALE = "sale"
        CANCELLATION = "cancellation"
        REFUND = "refund"

    event_id = models.UUIDField()
    line_no = models.IntegerField()
    kind = models.TextField(choices=Kind)
    order_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    product_id = models.BigIntegerField()
    sku = models.TextField(null=True)  # noqa: DJ001 (as sold; null: had none)
    product_name = models.TextField()
    category = models.TextField()
    quantity = models.BigIntegerField()
    gross = money()
    discount = money()
    amount = money()  # gross - discount
    occurred_at = models.DateTimeField()  # of the sale or of its reversal
    order_placed_at = models.DateTimeField()

    class Meta:
        db_table = "sales_ledger"
        verbose_name = "ledger line"
        constraints = [
            models.UniqueConstraint(
                fields=["event_id", "line_no"], name="sales_ledger_event_line"
            ),
            models.CheckConstraint(
                name="sales_ledger_amount",
                condition=models.Q(amount=models.F("gross") - models.F("discount"))
                & models.Q(amount__lt=10**12),  # NaN is greater than any number
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of order {self.order_id}"


class ProductSales(models.Model):
    product_id = models.BigIntegerField(primary_key=True)
    total_quantity_sold = models.BigIntegerField()
    total_revenue = money_sum()
    order_count = models.BigIntegerField()

    class Meta:
        db_table = "product_sales_view"
        verbose_name_plural = "product sales"

    def __str__(self) -> str:
        return f"product {self.product_id}"


class CategoryMetrics(models.Model):
    category_name = models.TextField(primary_key=True)
    total_revenue = money_sum()
    total_orders = models.BigIntegerField()

    class Meta:
        db_table = "category_metrics_view"
        verbose_name_plural = "category metrics"

    def __str__(self) -> str:
        return self.category_name


class CustomerLtv(models.Model):
    customer_id = models.BigIntegerField(primary_key=True)
    total_spent = money_sum()
    order_count = models.BigIntegerField()
    last_order_date = models.DateTimeField()

    class Meta:
        db_table = "customer_ltv_view"
        verbose_name = "customer lifetime value"

    def __str__(self) -> str:
        return f"customer {self.customer_id}"


class HourlySales(models.Model):
    hour_timestamp = models.DateTimeField(primary_key=True)  # start of the hour, UTC
    total_orders = models.BigIntegerField()
    total_revenue = money_sum()

    class Meta:
        db_table = "hourly_sales_view"
        verbose_name_plural = "hourly sales"

    def __str__(self) -> str:
        return self.hour_timestamp.isoformat()


class ProductCatalog(models.Model):
    """A product as of its newest version seen."""

    product_id = models.BigIntegerField(primary_key=True)
    version = models.IntegerField()
    sku = models.TextField(null=True)  # noqa: DJ001 (null: has none)
    name = models.TextField()
    category = models.TextField()
    price = money()

    class Meta:
        db_table = "product_catalog"
        verbose_name = "product as of today"
        verbose_name_plural = "product catalogue"

    def __str__(self) -> str:
        return self.name


class ProcessedEvent(models.Model):
    """Which events were applied: a cache that may be pruned (the ledger dedupes)."""

    event_id = models.UUIDField(primary_key=True)
    event_type = models.TextField()
    processed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "processed_events"

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"


class DeliveryAttempt(models.Model):
    """How often a redelivered message was tried; gone once applied or parked."""

    fingerprint = models.TextField(primary_key=True)
    attempts = models.IntegerField()
    last_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "delivery_attempts"

    def __str__(self) -> str:
        return self.fingerprint


class DeadLetter(models.Model):
    """A parked message: why, how often tried, its bytes, and how it was settled."""

    class Settlement(models.TextChoices):
        RETRIED = "retried"
        DISCARDED = "discarded"

    # The event's id where the message has one, else the SHA-256 of its bytes.
    fingerprint = models.TextField()
    event_id = models.UUIDField(null=True)
    event_type = models.TextField()
    reason = models.TextField()
    traceback = models.TextField(db_default="")
    attempts = models.IntegerField(db_default=1)
    body = models.BinaryField()
    parked_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)
    settlement = models.TextField(choices=Settlement, null=True)  # noqa: DJ001

    class Meta:
        db_table = "dead_letters"
        constraints = [
            models.UniqueConstraint(
                name="dead_letters_parked_once",
                fields=["fingerprint"],
                condition=models.Q(settled_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_type}: {self.reason}"


class ProjectionState(models.Model):
    """A projection's generation: which rebuild its table comes from."""

    name = models.TextField(primary_key=True)
    generation = models.IntegerField(db_default=1)
    swapped_at = models.DateTimeField(null=True)
    # The last ledger row in the previous generation's table, which a rollback
    # catches up from; null when there is no previous generation.
    previous_cut = models.BigIntegerField(null=True)

    class Meta:
        db_table = "projection_state"

    def __str__(self) -> str:
        return f"{self.name}, generation {self.generation}"


class SyncState(models.Model):
    """How far the projector is: a single row (id 1), null before the first event."""

    last_event_at = models.DateTimeField(null=True)  # newest business event applied
    watermark = models.DateTimeField(null=True)  # all committed before it is applied

    class Meta:
        db_table = "sync_state"
        verbose_name_plural = "sync state"

    def __str__(self) -> str:
        return f"applied up to {self.watermark}"
