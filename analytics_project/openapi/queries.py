"""The read API's operations."""

from analytics_project.health import QueriesReport
from analytics_project.openapi import health, lists, reports
from analytics_project.openapi.document import Parameter, Schema, document
from analytics_project.openapi.questions import ID, TIME, question
from queries_app.parameters import MAX_HOURS
from queries_app.responses import (
    CategoryRevenue,
    CustomerLifetimeValue,
    HourlySales,
    ProductSales,
    SyncStatus,
)

PERIOD = (
    Parameter("from", "query", TIME, "The first hour; a day before `to` by default."),
    Parameter(
        "to",
        "query",
        TIME,
        f"Where the hours end, at most {MAX_HOURS} after `from`; by default now.",
    ),
)

OPERATIONS = (
    question(
        "/products/{productId}/sales",
        "productSales",
        "What a product has sold; zeros if it is not known",
        ProductSales,
        Parameter("productId", "path", ID, "The product's id."),
    ),
    question(
        "/categories/{category}/revenue",
        "categoryRevenue",
        "What a category has brought in; zeros if it is not known",
        CategoryRevenue,
        Parameter(
            "category", "path", {"type": "string"}, "Its name; it may hold a slash."
        ),
    ),
    question(
        "/customers/{customerId}/lifetime-value",
        "customerLifetimeValue",
        "What a customer has spent; zeros if it is not known",
        CustomerLifetimeValue,
        Parameter("customerId", "path", ID, "The customer's id."),
    ),
    question(
        "/sales/hourly",
        "hourlySales",
        "Sales by the hour in UTC, hours without sales included",
        HourlySales,
        *PERIOD,
    ),
    question(
        "/sync-status",
        "syncStatus",
        "How far the figures are behind the write side",
        SyncStatus,
    ),
    *reports.OPERATIONS,
    *lists.OPERATIONS,
    *health.operations(QueriesReport),
)


def read_api() -> Schema:
    return document(
        title="Commerce analytics: queries",
        about=(
            "Figures from the read models, less than `lagSeconds` + 1 seconds old;"
            " parked events are not in them."
        ),
        scope="queries",
        operations=OPERATIONS,
    )
