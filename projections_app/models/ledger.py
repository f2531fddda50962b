"""What every figure adds up from."""

from datetime import UTC, datetime, timedelta

from django.db import models
from django.db.models.functions import Coalesce, Least
from django.db.models.lookups import GreaterThan

from projections_app.models.columns import money


def quarter_hour(moment: models.Func) -> models.Func:
    """Its start. No zone's day ends within one."""
    return models.Func(
        models.Value(timedelta(minutes=15)),
        moment,
        models.Value(datetime(2000, 1, 1, tzinfo=UTC)),
        function="date_bin",
        output_field=models.DateTimeField(),
    )


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
    # When the write side committed the event; null: applied before this was kept.
    recorded_at = models.DateTimeField(null=True)

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
        indexes = [
            models.Index(fields=["occurred_at"], name="sales_ledger_occurred"),
            models.Index(
                fields=["order_placed_at"],
                name="sales_ledger_reversed_order",
                condition=~models.Q(kind="sale"),
            ),
            models.Index(
                fields=["product_id", "occurred_at"], name="sales_ledger_product"
            ),
            models.Index(fields=["order_id"], name="sales_ledger_order"),
            # What may have changed the figures of a day that had ended, in any zone.
            models.Index(
                Coalesce("recorded_at", "occurred_at"),
                "event_id",
                name="sales_ledger_late",
                condition=models.Q(
                    GreaterThan(
                        quarter_hour(Coalesce("recorded_at", "occurred_at")),
                        quarter_hour(Least("occurred_at", "order_placed_at")),
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of order {self.order_id}"
