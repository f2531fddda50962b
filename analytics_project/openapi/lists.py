"""The operations of the reports on products, categories and customers."""

from analytics_project.openapi.document import Parameter, Schema
from analytics_project.openapi.questions import ID
from analytics_project.openapi.reports import INTERVAL, PAGES, report
from queries_app.reports.categories import TopCategories
from queries_app.reports.category import CategoryReport
from queries_app.reports.cohorts import Cohorts
from queries_app.reports.customer import CustomerReport
from queries_app.reports.customers import TopCustomers
from queries_app.reports.listing import LONGEST_SEARCH
from queries_app.reports.product import ProductReport
from queries_app.reports.products import TopProducts
from queries_app.reports.ranking import MEASURES

ORDERS: Schema = {
    "type": "string",
    "enum": [f"{sign}{name}" for name in MEASURES for sign in ("", "-")],
    "default": "-net_sales",
}
ORDER = Parameter(
    "order", "query", ORDERS, "By which figure; with - the greatest first."
)
SEARCH = Parameter(
    "q",
    "query",
    {"type": "string", "minLength": 1, "maxLength": LONGEST_SEARCH},
    "Only what has this in its name or SKU, as `labels` say.",
)

OPERATIONS = (
    report(
        "/products/top",
        "topProducts",
        "Products by what they brought in, or by any other figure",
        TopProducts,
        ORDER,
        SEARCH,
        *PAGES,
    ),
    report(
        "/products/{productId}",
        "productReport",
        "A product's sales over time, share of its category, and names",
        ProductReport,
        Parameter("productId", "path", ID, "The product's id."),
        INTERVAL,
    ),
    report(
        "/categories/top",
        "topCategories",
        "Categories by what they brought in, or by any other figure",
        TopCategories,
        ORDER,
        SEARCH,
        *PAGES,
    ),
    report(
        "/categories/{category}/report",
        "categoryReport",
        "A category's sales over time, share of all, and best products",
        CategoryReport,
        Parameter(
            "category", "path", {"type": "string"}, "Its name; it may hold a slash."
        ),
        INTERVAL,
    ),
    report(
        "/customers/top",
        "topCustomers",
        "Customers by what they brought in, or by any other figure",
        TopCustomers,
        ORDER,
        *PAGES,
    ),
    report(
        "/customers/{customerId}",
        "customerReport",
        "A customer's worth, and all orders with what was taken back of them",
        CustomerReport,
        Parameter("customerId", "path", ID, "The customer's id."),
        *PAGES,
    ),
    report(
        "/cohorts",
        "cohorts",
        "Customers by the month of their first order: who came back, and their sales",
        Cohorts,
    ),
)
