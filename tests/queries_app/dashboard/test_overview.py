"""The first page: the figures of the range and of today, and where they lead."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.queries_app.dashboard.conftest import MARCH, Open, a_line, apply, sold

pytestmark = pytest.mark.usefixtures("shop")


def test_the_parts_of_net_sales_are_shown_to_the_cent(browse: Open) -> None:
    page = browse(f"/?{MARCH}")

    assert page.status == 200
    assert page.figure("gross_sales") == "1,160.00"
    assert page.figure("discounts") == "10.00"
    assert page.figure("sales_reversals") == "150.00"
    assert page.figure("net_sales") == "1,000.00"
    assert page.figure("orders") == "2"
    assert page.figure("average_order_value") == "500.00"
    assert page.figure("new_customers") == "1"
    assert page.figure("returning_customers") == "1"


def test_by_the_order_s_date_the_refund_is_february_s(browse: Open) -> None:
    page = browse(f"/?{MARCH}&attribution=order_date")

    assert page.figure("sales_reversals") == "100.00"
    assert page.figure("net_sales") == "1,050.00"


def test_figures_are_compared_with_the_period_before(browse: Open) -> None:
    page = browse("/?from=2026-03-01&to=2026-03-29")

    assert "Compared with 1\N{EN DASH}28 Feb 2026" in page.words
    assert "300.0% from 250.00" in page.words  # net: 1,000.00
    assert "Compared with" not in browse(f"/?{MARCH}&compare=none").words


def test_today_stands_beside_the_same_hours_of_yesterday(browse: Open) -> None:
    now = datetime.now(UTC)
    for number, placed_at in enumerate((now, now - timedelta(days=1)), start=90):
        apply(sold(number, a_line(1, price=f"{number}.00"), placed_at=placed_at))

    page = browse("/")

    assert page.figure("net_sales", of="today") == "90.00"
    assert "1.1% yesterday 91.00" in page.words


def test_a_figure_leads_to_what_is_behind_it(browse: Open) -> None:
    page = browse(f"/?{MARCH}&tz=Asia/Kathmandu")

    link = "/explain?from=2026-03-01&amp;to=2026-04-01&amp;tz=Asia%2FKathmandu"
    assert f'href="{link}&amp;metric=discounts"' in page.html
    orders = "/orders?from=2026-03-01&amp;to=2026-04-01&amp;tz=Asia%2FKathmandu"
    assert f'href="{orders}"' in page.html


def test_the_chart_s_table_has_a_row_a_bucket(browse: Open) -> None:
    page = browse(f"/?{MARCH}&measure=orders")

    assert page.html.count("<tr data-short=") == 31
    assert 'data-short="2 Mar"' in page.html
    assert '<data value="1">1</data>' in page.html
    assert browse(f"/?{MARCH}&interval=week").html.count("<tr data-short=") == 6


def test_the_best_are_listed_with_links_to_their_pages(browse: Open) -> None:
    page = browse(f"/?{MARCH}")

    assert '<a href="/products/7?from=2026-03-01&amp;to=2026-04-01">Mouse</a>' in (
        page.html
    )
    products = browse(f"/?{MARCH}&panel=products").words
    assert "M-7 · Electronics 940.00" in products
    customers = browse(f"/?{MARCH}&panel=customers").words
    assert "Customer 2 1 order 1,000.00" in customers


def test_an_empty_range_leads_to_where_there_are_sales(browse: Open) -> None:
    page = browse("/?from=2020-01-01&to=2020-02-01")

    assert "Nothing was sold in this range" in page.words
    assert "The newest order is of 3 Mar 2026." in page.words
    assert 'href="/?from=2025-03-04&amp;to=2026-03-04"' in page.html


def test_files_of_what_is_shown_are_asked_for_by_the_same_selection(
    browse: Open,
) -> None:
    page = browse(f"/?{MARCH}&compare=none")

    for report in ("summary", "sales/timeseries", "products/top", "customers/top"):
        assert f'href="/api/analytics/{report}?from=2026-03-01' in page.html
    assert "format=csv" in page.html
    assert "format=ndjson" in page.html


def test_the_best_of_a_long_range_come_later(browse: Open) -> None:
    page = browse("/?from=2025-04-01&to=2026-04-01")

    assert page.html.count('aria-busy="true"') == 4
    assert "Mouse" not in page.words
    panel = browse("/?from=2025-04-01&to=2026-04-01&panel=products")
    assert "Mouse" in panel.words


def test_one_end_of_a_range_is_enough(browse: Open) -> None:
    page = browse("/?to=2026-03-15")

    assert "13 Feb \N{EN DASH} 14 Mar 2026" in page.words
    assert page.figure("net_sales") == "1,000.00"
    assert browse("/?from=2026-03-01").status == 200
