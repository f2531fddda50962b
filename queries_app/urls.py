"""The addresses of the read API, in full: an include would cost each question more."""

from django.urls import path

from queries_app import views
from queries_app.reports.explain import explain
from queries_app.reports.restatements import restated_days, restatements
from queries_app.reports.summary import summary
from queries_app.reports.timeseries import timeseries

urlpatterns = [
    path("api/analytics/products/<str:product_id>/sales", views.product_sales),
    # A category's name may hold a slash; servers decode %2F before Django sees it.
    path("api/analytics/categories/<path:category>/revenue", views.category_revenue),
    path(
        "api/analytics/customers/<str:customer_id>/lifetime-value",
        views.customer_lifetime_value,
    ),
    path("api/analytics/sales/hourly", views.hourly_sales),
    path("api/analytics/sync-status", views.sync_status),
    # Reports (queries_app/reports).
    path("api/analytics/summary", summary),
    path("api/analytics/sales/timeseries", timeseries),
    path("api/analytics/explain", explain),
    path("api/analytics/restatements", restatements),
    path("api/analytics/restatements/days", restated_days),
]
