"""Columns of money."""

from decimal import Decimal

from django.db import models


def money() -> "models.DecimalField[Decimal, Decimal]":
    """Of one line."""
    return models.DecimalField(max_digits=14, decimal_places=2)


def money_sum() -> "models.DecimalField[Decimal, Decimal]":
    """Of any number of lines."""
    return models.DecimalField(max_digits=24, decimal_places=2)
