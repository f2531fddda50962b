"""The read side's rows: the ledger, what is rolled up from it, and how far it is."""

from django.contrib import admin

from analytics_project.admin.read_only import ReadOnlyAdmin
from projections_app.models import (
    CategoryMetrics,
    CustomerLtv,
    HourlySales,
    OrderSales,
    ProcessedEvent,
    ProductCatalog,
    ProductSales,
    ProjectionState,
    QuarterHourSales,
    SalesLedger,
    SyncState,
)


@admin.register(SalesLedger)
class LedgerAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "kind",
        "order_id",
        "line_no",
        "customer_id",
        "product_id",
        "category",
        "quantity",
        "amount",
        "occurred_at",
    )
    search_fields = ("id", "event_id")
    search_help_text = "A row's number or an event's id."


@admin.register(ProductSales)
class ProductSalesAdmin(ReadOnlyAdmin):
    list_display = ("product_id", "total_quantity_sold", "total_revenue", "order_count")
    ordering = ("product_id",)
    search_fields = ("product_id",)
    search_help_text = "A product's number."


@admin.register(CategoryMetrics)
class CategoryMetricsAdmin(ReadOnlyAdmin):
    list_display = ("category_name", "total_revenue", "total_orders")
    ordering = ("category_name",)
    search_fields = ("category_name",)
    search_help_text = "A category's whole name."


@admin.register(CustomerLtv)
class CustomerLtvAdmin(ReadOnlyAdmin):
    list_display = (
        "customer_id",
        "total_spent",
        "order_count",
        "first_order_date",
        "last_order_date",
    )
    ordering = ("customer_id",)
    search_fields = ("customer_id",)
    search_help_text = "A customer's number."


@admin.register(HourlySales)
class HourlySalesAdmin(ReadOnlyAdmin):
    list_display = ("hour_timestamp", "total_orders", "total_revenue")


@admin.register(OrderSales)
class OrderSalesAdmin(ReadOnlyAdmin):
    list_display = (
        "order_id",
        "customer_id",
        "placed_at",
        "units",
        "gross",
        "discounts",
        "reversals",
        "cancelled",
        "last_reversal_at",
    )
    ordering = ("-order_id",)
    search_fields = ("order_id",)
    search_help_text = "An order's number."


@admin.register(QuarterHourSales)
class QuarterHourSalesAdmin(ReadOnlyAdmin):
    list_display = (
        "quarter_start",
        "orders",
        "units",
        "gross",
        "discounts",
        "reversals",
        "reversals_by_order",
    )
    ordering = ("-quarter_start",)


@admin.register(ProductCatalog)
class CatalogAdmin(ReadOnlyAdmin):
    list_display = ("product_id", "sku", "name", "category", "price", "version")
    ordering = ("product_id",)
    search_fields = ("product_id",)
    search_help_text = "A product's number."


@admin.register(ProcessedEvent)
class ProcessedEventAdmin(ReadOnlyAdmin):
    list_display = ("event_id", "event_type", "processed_at")
    search_fields = ("event_id",)
    search_help_text = "An event's id. The newest ids come first."


@admin.register(ProjectionState)
class ProjectionStateAdmin(ReadOnlyAdmin):
    list_display = ("name", "generation", "swapped_at")
    ordering = ("name",)


@admin.register(SyncState)
class SyncStateAdmin(ReadOnlyAdmin):
    list_display = ("id", "last_event_at", "watermark")
