"""What is listed by what it sold: products, categories, customers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase

from queries_app.reports.categories import top_categories
from queries_app.reports.customers import top_customers
from queries_app.reports.products import top_products


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`page` is the address of one of them; `about` the name of its filter."""

    section: str
    title: str
    page: str
    about: str
    report: Callable[..., HttpResponseBase]
    address: str
    key: Callable[[Any], str]
    name: Callable[[Any], str]
    detail: Callable[[Any], str]
    search: str = ""


def product_name(row: Any) -> str:
    return row.name or f"Product {row.product_id}"


def product_detail(row: Any) -> str:
    return " · ".join(filter(None, (row.sku, row.category)))


PRODUCTS = Kind(
    section="products",
    title="Products",
    page="product",
    about="product",
    report=top_products,
    address="products/top",
    key=lambda row: str(row.product_id),
    name=product_name,
    detail=product_detail,
    search="Name or SKU",
)
CATEGORIES = Kind(
    section="categories",
    title="Categories",
    page="category",
    about="category",
    report=top_categories,
    address="categories/top",
    key=lambda row: str(row.category),
    name=lambda row: str(row.category),
    detail=lambda _row: "",
    search="Name of a category",
)
CUSTOMERS = Kind(
    section="customers",
    title="Customers",
    page="customer",
    about="customer",
    report=top_customers,
    address="customers/top",
    key=lambda row: str(row.customer_id),
    name=lambda row: f"Customer {row.customer_id}",
    detail=lambda _row: "",
)
