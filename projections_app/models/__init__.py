"""The read side's tables: the ledger, what is rolled up from it, and bookkeeping."""

from projections_app.models.bookkeeping import (
    ConsumerStatus,
    DeadLetter,
    DeadLetterAction,
    DeliveryAttempt,
    ProcessedEvent,
    ProjectionState,
    SyncState,
)
from projections_app.models.ledger import SalesLedger
from projections_app.models.replays import Replay
from projections_app.models.rollups import (
    CategoryDay,
    OrderSales,
    ProductMonth,
    QuarterHourSales,
)
from projections_app.models.views import (
    CategoryMetrics,
    CustomerLtv,
    HourlySales,
    ProductCatalog,
    ProductSales,
)

__all__ = [
    "CategoryDay",
    "CategoryMetrics",
    "ConsumerStatus",
    "CustomerLtv",
    "DeadLetter",
    "DeadLetterAction",
    "DeliveryAttempt",
    "HourlySales",
    "OrderSales",
    "ProcessedEvent",
    "ProductCatalog",
    "ProductMonth",
    "ProductSales",
    "ProjectionState",
    "QuarterHourSales",
    "Replay",
    "SalesLedger",
    "SyncState",
]
