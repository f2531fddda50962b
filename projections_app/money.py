"""What may count as an amount of money in an event."""

from decimal import Decimal

from projections_app.errors import InconsistentEvent

LIMIT = Decimal(10) ** 12  # as in the tables: numeric(14, 2)


def check_money(*amounts: Decimal) -> None:
    """Whole cents from zero up to below the limit; else raises InconsistentEvent.

    PostgreSQL would round fractions of a cent in silence and store NaN.
    """
    for amount in amounts:
        if not amount.is_finite() or not 0 <= amount < LIMIT:
            raise InconsistentEvent(f"{amount} is no amount of money")
        if amount != round(amount, 2):
            raise InconsistentEvent(f"{amount} has fractions of a cent")
