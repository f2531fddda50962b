"""The addresses of the read API, below /api/analytics/."""

from django.urls import path

from queries_app import views

urlpatterns = [
    path("products/<str:product_id>/sales", views.product_sales),
    # A category's name may hold a slash; servers decode %2F before Django sees it.
    path("categories/<path:category>/revenue", views.category_revenue),
    path("customers/<str:customer_id>/lifetime-value", views.customer_lifetime_value),
    path("sales/hourly", views.hourly_sales),
    path("sync-status", views.sync_status),
]
