"""Places drafts in batches; an order that is already there is left as it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from commands_app.errors import CommandRejected, ReferenceTaken
from commands_app.imports.catalogue import Catalogue
from commands_app.imports.draft import Draft
from commands_app.imports.rejects import Rejects
from commands_app.imports.summary import Tally
from commands_app.orders import by_reference, place_orders
from commands_app.outbox import Receipt
from commands_app.products import create_products
from commands_app.sales import NewLine, NewOrder

MAX_LINES = 20_000  # in one transaction, however few orders that are
NIL = UUID(int=0)


class Importer:
    """With `dry_run` it only reads, and counts what it would do."""

    def __init__(self, *, rejects: Rejects, dry_run: bool = False) -> None:
        self.tally = Tally(rejected=rejects.reasons)
        self._rejects = rejects
        self._place = _pretend if dry_run else place_orders
        self._catalogue = Catalogue(_pretend if dry_run else create_products)

    def run(self, drafts: Iterable[Draft], *, batch: int) -> None:
        """Each batch is a transaction: whenever this ends, only whole orders exist."""
        for some in batches(drafts, batch):
            known = by_reference([draft.reference for draft in some])
            self.tally.already_there += len(known)
            self._import([draft for draft in some if draft.reference not in known])

    def _import(self, drafts: Sequence[Draft]) -> None:
        ids = self._catalogue.ids(line for draft in drafts for line in draft.lines)
        self.tally.products = self._catalogue.created
        self._place_or_split(drafts, ids)

    def _place_or_split(self, drafts: Sequence[Draft], ids: Mapping[str, int]) -> None:
        """Halves a refused batch until the orders to blame are found."""
        try:
            self._place([_order(draft, ids) for draft in drafts])
        except CommandRejected as error:
            if len(drafts) == 1:
                self._refused(drafts[0], error)
                return
            middle = len(drafts) // 2
            self._place_or_split(drafts[:middle], ids)
            self._place_or_split(drafts[middle:], ids)
        else:
            self.tally.orders += len(drafts)
            self.tally.lines += sum(len(draft.lines) for draft in drafts)

    def _refused(self, draft: Draft, error: CommandRejected) -> None:
        if isinstance(error, ReferenceTaken):  # placed since by someone else
            self.tally.already_there += 1
            return
        for row in draft.rows:
            self._rejects.add(row, error.detail)


def batches(drafts: Iterable[Draft], size: int) -> Iterator[list[Draft]]:
    batch: list[Draft] = []
    lines = 0
    for draft in drafts:
        if batch and (len(batch) == size or lines + len(draft.lines) > MAX_LINES):
            yield batch
            batch, lines = [], 0
        batch.append(draft)
        lines += len(draft.lines)
    if batch:
        yield batch


def _order(draft: Draft, ids: Mapping[str, int]) -> NewOrder:
    return NewOrder(
        customer_id=draft.header.customer_id,
        placed_at=draft.header.placed_at,
        reference=draft.reference,
        lines=[
            NewLine(
                product_id=ids[article.sku],
                quantity=amounts.quantity,
                price=amounts.price,
                discount=amounts.discount,
                name=article.name,
                category=article.category,
            )
            for _, article, amounts in draft.lines
        ],
    )


def _pretend(things: Sequence[object]) -> list[Receipt]:
    return [Receipt(0, NIL) for _ in things]
