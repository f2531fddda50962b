"""The addresses of the read API, in full: an include would cost each question more."""

from django.urls import path, register_converter
from django.urls.converters import PathConverter

from queries_app import views
from queries_app.reports.categories import top_categories
from queries_app.reports.category import category_report
from queries_app.reports.cohorts import cohorts
from queries_app.reports.customer import customer_report
from queries_app.reports.customers import top_customers
from queries_app.reports.explain import explain
from queries_app.reports.product import product_report
from queries_app.reports.products import top_products
from queries_app.reports.restatements import restated_days, restatements
from queries_app.reports.summary import summary
from queries_app.reports.timeseries import timeseries


class Name(PathConverter):
    """Any text; Django's own ends at a line break."""

    regex = "(?s:.+)"


register_converter(Name, "name")
urlpatterns = [
    path("api/analytics/products/<str:product_id>/sales", views.product_sales),
    # A category's name may hold a slash; servers decode %2F before Django sees it.
    path("api/analytics/categories/<name:category>/revenue", views.category_revenue),
    path(
        "api/analytics/customers/<str:customer_id>/lifetime-value",
        views.customer_lifetime_value,
    ),
    path("api/analytics/sales/hourly", views.hourly_sales),
    path("api/analytics/sync-status", views.sync_status),
    # Reports (queries_app/reports).
    path("api/analytics/summary", summary),
    path("api/analytics/sales/timeseries", timeseries),
    path("api/analytics/products/top", top_products),
    path("api/analytics/products/<str:product_id>", product_report),
    path("api/analytics/categories/top", top_categories),
    path("api/analytics/categories/<name:category>/report", category_report),
    path("api/analytics/customers/top", top_customers),
    path("api/analytics/customers/<str:customer_id>", customer_report),
    path("api/analytics/cohorts", cohorts),
    path("api/analytics/explain", explain),
    path("api/analytics/restatements", restatements),
    path("api/analytics/restatements/days", restated_days),
]
