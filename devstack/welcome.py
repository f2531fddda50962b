"""What `run` prints when everything answers."""

from devstack.rabbitmq import RabbitMQ
from devstack.roles import ADMIN

ADDRESSES = """
Ready.
  commands      {commands}/api/docs
  queries       {queries}/api/docs
  admin         {commands}/admin/  ({admin}, password {password})"""
MANAGEMENT = "  RabbitMQ      {address}  ({user}, password {password})"
TRIAL = """
Try:
  curl {commands}/api/products -H 'Content-Type: application/json' \\
    -d '{{"name": "Wireless Mouse", "category": "Electronics", "price": 29.99, \
"stock": 100}}'
  curl {commands}/api/orders -H 'Content-Type: application/json' \\
    -d '{{"customerId": 1, "items": [{{"productId": 1, "quantity": 2}}]}}'
  curl {queries}/api/analytics/products/1/sales

Ctrl-C stops everything; the data stay in .local.
"""


def show(
    commands: str, queries: str, *, password: str, rabbitmq: RabbitMQ | None
) -> None:
    places = {"commands": commands, "queries": queries}
    print(ADDRESSES.format(**places, admin=ADMIN, password=password))
    if rabbitmq:
        print(_management(rabbitmq))
    print(TRIAL.format(**places))


def _management(rabbitmq: RabbitMQ) -> str:
    return MANAGEMENT.format(
        address=f"http://127.0.0.1:{rabbitmq.management_port}",
        user=rabbitmq.user,
        password=rabbitmq.password,
    )
