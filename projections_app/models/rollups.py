"""What the reports are summed up from: by order, by quarter of an hour, by month."""

from django.db import models
from django.db.models.functions import Cast, Ceil, Ln

from projections_app.models.columns import money_sum

# Steps in which gross sales double: it takes few of them to order products roughly.
STEPS = 4


class Measures(models.Model):
    """Sales, and what was taken back of them.

    A reversal is booked twice: when it was made, and (`_by_order`) when its order was
    placed. Pieces and money taken back are positive.
    """

    orders = models.BigIntegerField()  # distinct, placed; cancelled ones included
    gross = money_sum()
    discounts = money_sum()
    units = models.BigIntegerField()
    reversals = money_sum()
    units_reversed = models.BigIntegerField()
    cancelled = models.BigIntegerField()  # orders
    reversals_by_order = money_sum()
    units_reversed_by_order = models.BigIntegerField()
    cancelled_by_order = models.BigIntegerField()

    class Meta:
        abstract = True


class OrderSales(models.Model):
    """One order, whenever what was taken back of it."""

    order_id = models.BigIntegerField(primary_key=True)
    customer_id = models.BigIntegerField()
    placed_at = models.DateTimeField()
    lines = models.BigIntegerField()  # sold; 0 while only reversals have come
    gross = money_sum()
    discounts = money_sum()
    units = models.BigIntegerField()
    reversals = money_sum()
    units_reversed = models.BigIntegerField()
    cancelled = models.BigIntegerField()  # 0 or 1
    last_reversal_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "order_view"
        verbose_name = "order as sold"
        verbose_name_plural = "orders as sold"
        indexes = [
            models.Index(fields=["placed_at", "order_id"], name="order_view_placed"),
            models.Index(
                fields=["customer_id", "placed_at"], name="order_view_customer"
            ),
        ]

    def __str__(self) -> str:
        return f"order {self.order_id}"


class QuarterHourSales(Measures):
    """All zones in use are whole quarters of an hour apart from UTC."""

    quarter_start = models.DateTimeField(primary_key=True)  # UTC

    class Meta:
        db_table = "sales_quarter_view"
        verbose_name = "sales of 15 minutes"
        verbose_name_plural = "sales of 15 minutes"

    def __str__(self) -> str:
        return self.quarter_start.isoformat()


class ProductMonth(Measures):
    pk = models.CompositePrimaryKey("month", "product_id", "category")
    month = models.DateField()  # its first day, UTC
    product_id = models.BigIntegerField()
    category = models.TextField()  # as sold
    # Gross sales are less than 2 ** (magnitude / STEPS).
    magnitude = models.GeneratedField(
        expression=Cast(
            1
            + Ceil(
                Ln(1 + Cast("gross", models.FloatField())) / Ln(2.0) * STEPS,
            ),
            models.SmallIntegerField(),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

    class Meta:
        db_table = "product_month_view"
        indexes = [
            models.Index(fields=["month", "-magnitude"], name="product_month_magnitude")
        ]

    def __str__(self) -> str:
        return f"product {self.product_id} in {self.month:%Y-%m}"


class CategoryDay(Measures):
    pk = models.CompositePrimaryKey("day", "category")
    day = models.DateField()  # UTC
    category = models.TextField()  # as sold

    class Meta:
        db_table = "category_day_view"
        indexes = [models.Index(fields=["category", "day"], name="category_day_of")]

    def __str__(self) -> str:
        return f"{self.category} on {self.day:%Y-%m-%d}"
