"""The tables of the four first questions, and the catalogue."""

from django.db import models

from projections_app.models.columns import money, money_sum


class ProductSales(models.Model):
    product_id = models.BigIntegerField(primary_key=True)
    total_quantity_sold = models.BigIntegerField()
    total_revenue = money_sum()
    order_count = models.BigIntegerField()
    # As sold, by their bytes. They differ if it was sold in more than one.
    lowest_category = models.TextField(db_default="", db_collation="C")
    highest_category = models.TextField(db_default="", db_collation="C")

    class Meta:
        db_table = "product_sales_view"
        verbose_name_plural = "product sales"
        indexes = [
            models.Index(
                fields=["product_id"],
                name="product_sales_moved",
                condition=models.Q(lowest_category__lt=models.F("highest_category")),
            )
        ]

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
    first_order_date = models.DateTimeField(null=True)
    orders_placed = models.BigIntegerField(db_default=0)  # cancelled ones included

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
