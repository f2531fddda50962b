"""Why a command is refused, in terms that a client may be told."""

from http import HTTPStatus


class CommandRejected(Exception):
    """The command was refused."""

    status = 400

    def __init__(
        self, detail: str | None = None, *, pointer: str | None = None, **extra: object
    ) -> None:
        """`pointer` is a JSON pointer (RFC 6901) into the body that was sent."""
        self.detail = detail or str(self.__doc__)
        self.extra = extra if pointer is None else {"pointer": pointer, **extra}
        super().__init__(self.detail)

    @property
    def title(self) -> str:
        return HTTPStatus(self.status).phrase


class Invalid(CommandRejected):
    """The body is not what this command takes."""


class UnsupportedBody(CommandRejected):
    """The body must be application/json in UTF-8."""

    status = 415


class UnknownProduct(CommandRejected):
    """There is no product with this id."""

    status = 404


class UnknownOrder(CommandRejected):
    """There is no order with this id."""

    status = 404


class Conflict(CommandRejected):
    """The command does not fit the present state."""

    status = 409


class SkuTaken(Conflict):
    """Another product has this sku."""


class ReferenceTaken(Conflict):
    """An order with this reference exists."""


class OutOfStock(Conflict):
    """There is not enough stock of this product."""


class AlreadyCancelled(Conflict):
    """The order is cancelled."""


class NothingLeft(Conflict):
    """Less is left of the order than is to be refunded."""


class StillRunning(Conflict):
    """A request with this Idempotency-Key is still running."""


class KeyReused(CommandRejected):
    """This Idempotency-Key was used with another request."""

    status = 422


class RetentionError(Exception):
    """Old events cannot be put away, or found again."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class OutboxBusy(RetentionError):
    """A long transaction holds the outbox: a backup, an import or a replay."""


class PruneRunning(RetentionError):
    """Another run is putting things away."""


class ArchiveDamaged(RetentionError):
    """An archived file does not hold what its manifest says."""


class ArchiveMissing(RetentionError):
    """Events have left the outbox, and the archive that has them is not there."""


class ForeignArchive(RetentionError):
    """The archive holds the events of another outbox."""
