"""The table of rights: a role for each process, and what it may do with which table.

What is not here is forbidden, so a new table needs a line here
(docs/how-to/database-roles.md).
"""

from collections.abc import Mapping
from typing import NamedTuple

Rights = Mapping[str, str]  # by table, as GRANT has them

READ = "SELECT"
ADD = "SELECT, INSERT"
KEEP = "SELECT, INSERT, UPDATE"
ALL = "SELECT, INSERT, UPDATE, DELETE"


def each(rights: str, *tables: str) -> Rights:
    return dict.fromkeys(tables, rights)


ORDERS = ("orders", "order_items", "order_cancellations", "refunds", "refund_lines")
BUSINESS = ("products", *ORDERS)
VIEWS = (
    *("order_view", "sales_quarter_view", "product_month_view", "category_day_view"),
    *("product_sales_view", "category_metrics_view", "customer_ltv_view"),
    "hourly_sales_view",
)
FACTS = ("sales_ledger", "product_catalog", *VIEWS)
STATE = ("sync_state", "consumer_status", "projection_state")

SENDING = (
    "SELECT, UPDATE (published_at),"
    " INSERT (event_id, topic, event_type, version, subject, payload, traceparent)"
)
SETTLING = (
    "SELECT, INSERT, UPDATE (reason, traceback, attempts, settled_at, settlement)"
)
# What applying an event writes.
APPLYING: Rights = {
    **each(ADD, "sales_ledger", "processed_events"),
    **each(KEEP, "product_catalog", *VIEWS, "sync_state"),
    "delivery_attempts": ALL,
    "dead_letters": ADD,
}
# What letting in whoever has an API key reads and writes.
LETTING_IN: Rights = {
    "api_keys": READ,
    **each(KEEP, "api_key_uses", "api_key_rates"),
}
USERS = (
    *("auth_user", "auth_group", "auth_group_permissions", "auth_user_groups"),
    *("auth_user_user_permissions", "django_session", "django_admin_log"),
)


class Role(NamedTuple):
    """Rights in either database; without any in one there is no way into it."""

    purpose: str
    write: Rights = {}
    read: Rights = {}
    sequences: tuple[str, ...] = ()  # of the write database, drawn from by name
    has_temporary_tables: bool = False  # in the write database


ROLES: Mapping[str, Role] = {
    "commands": Role(
        "the command API and the admin, which shows both databases and may retry",
        write={
            "products": KEEP,
            **each(ADD, *ORDERS),
            "orders": "SELECT, INSERT, UPDATE (status)",
            "idempotency_keys": ADD,
            "outbox": SENDING,
            "relay_status": READ,
            **LETTING_IN,
            "api_keys": "SELECT, UPDATE (revoked_at)",
            **each(READ, "auth_permission", "django_content_type"),
            **each(ALL, *USERS),
        },
        read={
            **each(READ, *STATE, "api_key_uses"),
            **APPLYING,
            "dead_letters": SETTLING,
            "dead_letter_actions": ADD,
            "replays": "SELECT, UPDATE (wanted, asked_by)",
            "api_keys": "SELECT, UPDATE (revoked_at)",
        },
        sequences=("products_id_seq", "orders_id_seq", "refunds_id_seq"),
    ),
    "relay": Role(
        "publishes the outbox",
        write={"outbox": "SELECT, UPDATE (published_at)", "relay_status": KEEP},
    ),
    "consumer": Role(
        "applies events",
        read={**APPLYING, "consumer_status": KEEP},
    ),
    "queries": Role(
        "the query API and the dashboard",
        read={
            **each(READ, *FACTS, *STATE, "processed_events", "dead_letters"),
            **LETTING_IN,
        },
    ),
    "auditor": Role(
        "compares both sides (run_auditor, reconcile), and publishes again",
        write={
            **each(READ, *BUSINESS),
            "outbox": "SELECT, UPDATE (published_at)",
        },
        read={
            **each(READ, *FACTS, "processed_events", "dead_letters"),
            "sync_state": "SELECT, UPDATE (watermark, believe_from)",
        },
        has_temporary_tables=True,
    ),
}

# What a changed row must be like, where a column's right says too little: who may make
# a published event pending may not hide one that is pending, nor bring back a key.
CHECKS: Mapping[str, Rights] = {
    "outbox": {
        "commands": "published_at IS NULL",
        "auditor": "published_at IS NULL",
        "relay": "published_at IS NOT NULL",
    },
    "api_keys": {
        "commands": "revoked_at IS NOT NULL",
        "queries": "false",
    },
}
