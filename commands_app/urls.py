"""The addresses of the write API, in full: an include would cost each order more."""

from django.urls import path, register_converter

from commands_app import views


class BigintConverter:
    """A positive bigint; another number is no address."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, digits: str) -> int:
        number = int(digits)
        if number >= 2**63:
            raise ValueError
        return number

    def to_url(self, number: int) -> str:
        return str(number)


register_converter(BigintConverter, "bigint")

urlpatterns = [
    path("api/products", views.Products.as_view()),
    path("api/products/<bigint:product_id>", views.Product.as_view()),
    path("api/orders", views.Orders.as_view()),
    path("api/orders/batch", views.OrderBatch.as_view()),
    path("api/orders/<bigint:order_id>/cancel", views.Cancellation.as_view()),
    path("api/orders/<bigint:order_id>/refunds", views.Refunds.as_view()),
]
