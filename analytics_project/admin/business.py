"""The write side's rows: products, orders with their lines, and what reversed them."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString

from analytics_project.admin import rendering
from analytics_project.admin.read_only import ReadOnlyAdmin, ReadOnlyInline
from commands_app.models import (
    Order,
    OrderCancellation,
    OrderItem,
    Product,
    Refund,
    RefundLine,
)


class LinksToEvent:
    """For rows that name the event which told of them."""

    @admin.display(description="event")
    def event(self, row: Any) -> SafeString:
        return rendering.search_link("commands_app_outboxevent", row.event_id)


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ("id", "sku", "name", "category", "price", "stock", "version")
    search_fields = ("id", "sku")
    search_help_text = "A product's number or its whole sku."


class OrderItemInline(ReadOnlyInline):
    model = OrderItem
    fields = (
        "line_no",
        "product_id",
        "sku",
        "product_name",
        "category",
        "quantity",
        "price",
        "discount",
    )
    readonly_fields = ("product_id",)
    ordering = ("line_no",)


class CancellationInline(LinksToEvent, ReadOnlyInline):
    model = OrderCancellation
    fields = readonly_fields = ("cancelled_at", "reason", "event")


class RefundInline(LinksToEvent, ReadOnlyInline):
    model = Refund
    fields = readonly_fields = ("id", "refunded_at", "restocked", "reason", "event")
    show_change_link = True
    ordering = ("id",)


@admin.register(Order)
class OrderAdmin(LinksToEvent, ReadOnlyAdmin):
    list_display = ("id", "customer_id", "reference", "total", "status", "placed_at")
    fields = (*list_display, "created_at", "event")
    inlines = (OrderItemInline, CancellationInline, RefundInline)
    search_fields = ("id", "reference")
    search_help_text = "An order's number or its whole reference."


@admin.register(OrderCancellation)
class CancellationAdmin(LinksToEvent, ReadOnlyAdmin):
    list_display = ("id", "order_id", "cancelled_at", "reason")
    fields = (*list_display, "event")
    search_fields = ("id", "order")
    search_help_text = "A cancellation's or an order's number."


class RefundLineInline(ReadOnlyInline):
    model = RefundLine
    fields = ("order_item_id", "quantity", "discount")
    readonly_fields = ("order_item_id",)
    ordering = ("id",)


@admin.register(Refund)
class RefundAdmin(LinksToEvent, ReadOnlyAdmin):
    list_display = ("id", "order_id", "refunded_at", "restocked", "reason")
    fields = (*list_display, "event")
    inlines = (RefundLineInline,)
    search_fields = ("id", "order")
    search_help_text = "A refund's or an order's number."
