"""The addresses of the dashboard."""

from django.urls import path

from queries_app.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("products", views.products, name="products"),
    path("products/<str:product_id>", views.product, name="product"),
    path("categories", views.categories, name="categories"),
    path("categories/<path:category>", views.category, name="category"),
    path("customers", views.customers, name="customers"),
    path("customers/<str:customer_id>", views.customer, name="customer"),
    path("orders", views.orders, name="orders"),
    path("orders/<str:order_id>", views.order, name="order"),
    path("explain", views.explain, name="explain"),
    path("restatements", views.restatements, name="restatements"),
    path("state", views.freshness_view, name="state"),
    path("zones", views.zones, name="zones"),
]
