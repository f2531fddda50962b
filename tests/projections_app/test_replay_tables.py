"""A swapped table has the names, rights and settings of the one before."""

from collections.abc import Iterator

import pytest

from tests.projections_app.histories import bodies
from tests.projections_app.replaying import (
    a_shop,
    deliver,
    execute,
    rebuild,
    roll_back,
    rows,
)

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["read"]),
    pytest.mark.usefixtures("no_generations"),
]

DEFINITION = """
    SELECT relname, relkind::text, relnamespace::regnamespace::text, reloptions,
           relowner::regrole::text, pg_get_indexdef(pg_class.oid),
           coalesce(relacl, acldefault(
               (CASE relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", relowner))::text,
           (SELECT array_agg(conname || pg_get_constraintdef(oid) ORDER BY conname)
            FROM pg_constraint WHERE conrelid = pg_class.oid),
           (SELECT array_agg(attname || format_type(atttypid, atttypmod)
                             || attidentity::text || attnotnull::text
                             || coalesce(attacl::text, '')
                             ORDER BY attnum)
            FROM pg_attribute WHERE attrelid = pg_class.oid AND attnum > 0)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname
"""
OIDS = """
    SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relname IN ('sales_ledger', 'product_sales_view')
"""


@pytest.fixture
def settings_of_our_own() -> Iterator[None]:
    execute("CREATE ROLE analyst_of_test NOLOGIN")
    execute("GRANT SELECT ON product_sales_view TO analyst_of_test WITH GRANT OPTION")
    execute("GRANT SELECT (amount) ON sales_ledger TO analyst_of_test")
    execute("ALTER TABLE customer_ltv_view SET (fillfactor = 70)")
    execute("CREATE INDEX by_revenue ON product_sales_view (total_revenue DESC)")
    yield
    execute("DROP INDEX by_revenue")
    execute("ALTER TABLE customer_ltv_view RESET (fillfactor)")
    execute("DROP SCHEMA IF EXISTS replay_previous CASCADE")
    execute("DROP OWNED BY analyst_of_test")
    execute("DROP ROLE analyst_of_test")


@pytest.mark.usefixtures("settings_of_our_own")
def test_nothing_of_a_table_changes_but_its_rows() -> None:
    history = a_shop()
    deliver(history)
    before, oids = rows(DEFINITION), rows(OIDS)

    rebuild(bodies(history))
    assert rows(DEFINITION) == before
    assert rows(OIDS) != oids

    execute("REVOKE SELECT (amount) ON sales_ledger FROM analyst_of_test")
    execute("GRANT INSERT ON product_sales_view TO analyst_of_test")
    before = rows(DEFINITION)
    roll_back()
    assert rows(DEFINITION) == before


def test_ledger_rows_go_on_being_numbered_upwards() -> None:
    history = a_shop()
    deliver(history[:40])
    rebuild(bodies(history[:40]))
    [[last]] = rows("SELECT max(id) FROM sales_ledger")

    deliver(history[40:])

    assert rows("SELECT count(*) FROM sales_ledger WHERE id > %s", last) != [(0,)]
    assert rows("SELECT count(*) = count(DISTINCT id) FROM sales_ledger") == [(True,)]
