"""Lists, the pages of one thing, and what is behind a figure."""

import pytest

from projections_app.models import ProductCatalog
from tests.queries_app.dashboard.conftest import (
    MARCH,
    Open,
    a_line,
    apply,
    at,
    sold,
)

pytestmark = pytest.mark.usefixtures("shop")


def test_products_are_listed_in_any_order_and_searched(browse: Open) -> None:
    page = browse(f"/products?{MARCH}&order=net_sales")

    assert page.words.index("60.00") < page.words.index("940.00")
    assert 'aria-sort="ascending"><a href="/products?from=2026-03-01' in page.html
    found = browse(f"/products?{MARCH}&q=m-7").words
    assert "Mouse" in found
    assert "60.00" not in found


def test_pages_of_a_list_follow_each_other(browse: Open) -> None:
    apply(
        *(
            sold(100 + number, a_line(1, price="1.00"), placed_at=at(9))
            for number in range(50)
        )
    )

    first = browse(f"/orders?{MARCH}")
    [(following)] = [
        part.partition('"')[0].replace("&amp;", "&")
        for part in first.html.split('href="')
        if "cursor=" in part.partition('"')[0]
    ]
    second = browse(following)

    assert "Orders placed 52" in first.words
    assert first.html.count('<th scope="row">') == 50
    assert second.html.count('<th scope="row">') == 2
    assert "First page" in second.words


def test_orders_with_a_product_or_of_a_customer(browse: Open) -> None:
    assert "Orders placed 1" in browse(f"/orders?{MARCH}&product=8").words
    assert "Orders placed 1" in browse(f"/orders?{MARCH}&customer=3").words
    assert "Orders placed 2" in browse(f"/orders?{MARCH}&category=Electronics").words
    by_today = f"/orders?{MARCH}&labels=current&category="
    assert "Orders placed 2" in browse(f"{by_today}Electronics").words
    ProductCatalog.objects.create(
        product_id=7, version=1, name="Mouse", category="Desk", price=1
    )
    assert "Orders placed 2" in browse(f"{by_today}Desk").words
    assert "No orders" in browse(f"{by_today}Electronics").words
    assert browse(f"/orders?{MARCH}&product=x").status == 400
    assert browse(f"/orders?{MARCH}&cursor=x").status == 400


def test_an_order_tells_all_that_happened_to_it(browse: Open) -> None:
    page = browse("/orders/2")

    assert "Net value 0.00" in page.words
    assert "Cancellation" in page.words
    assert "\N{MINUS SIGN}100.00" in page.words


def test_what_is_behind_net_sales_adds_up_to_them(browse: Open) -> None:
    page = browse(f"/explain?{MARCH}&metric=net_sales")

    assert "Net sales 1,000.00" in page.words
    assert page.html.count('<th scope="row">') == 5  # three sold, two taken back
    assert browse(f"/explain?{MARCH}&metric=profit").status == 400


def test_a_figure_of_a_product_is_explained_alone(browse: Open) -> None:
    page = browse(f"/explain?{MARCH}&metric=net_sales&product=8")

    assert "Net sales 60.00" in page.words
    assert "Of product 8." in page.words


def test_the_page_of_a_product(browse: Open) -> None:
    page = browse(f"/products/7?{MARCH}")

    assert "<h1>Mouse</h1>" in page.html
    assert page.figure("net_sales") == "940.00"
    assert "Sold under" in page.words
    assert browse("/products/999").status == 404
    assert browse("/products/x").status == 400


def test_the_page_of_a_category_whose_name_means_harm(browse: Open) -> None:
    page = browse(f"/categories/%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E?{MARCH}")

    assert page.figure("net_sales") == "60.00"
    assert "<h1>&quot;&gt;&lt;img src=x onerror=alert(1)&gt;</h1>" in page.html
    assert "Share of all sales 6.0%" in page.words


def test_the_page_of_a_customer(browse: Open) -> None:
    page = browse(f"/customers/2?{MARCH}")

    assert "Lifetime value 1,250.00" in page.words
    assert page.figure("net_sales") == "1,000.00"
    assert "Refund" in page.words
    assert browse("/customers/4711").status == 404


def test_cohorts_come_later_as_a_panel(browse: Open) -> None:
    page = browse(f"/?{MARCH}")
    panel = browse(f"/?{MARCH}&panel=cohorts")

    assert 'aria-busy="true"' in page.html
    assert "Feb 2026 1 100.0% 100.0%" in panel.words
    assert "Mar 2026 1 100.0%" in panel.words
    values = browse(f"/?{MARCH}&panel=cohorts&cohort=value")
    assert "Feb 2026 1 250.00 1,250.00" in values.words


def test_the_changes_of_past_days(browse: Open) -> None:
    page = browse("/restatements?from=2026-02-01&to=2026-04-01&attribution=order_date")

    assert page.status == 200
    assert "Changes" in page.words
    assert browse("/restatements?by=day").status == 200
    assert browse("/restatements?by=hour").status == 400
