"""How often a broker hands a message out, read from what it sends: AMQP 0-9-1."""

from collections import Counter

from pika.frame import Frame, Header, Method, decode_frame
from pika.spec import Basic

from chaos.proxy.tcp import Tap


class Deliveries:
    """A tap. Counts by message id, over all connections; nothing without an id.

    The broker's own counters are no measure where connections end again and again:
    they leave out the last second of some.
    """

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()
        self.marked = 0  # as delivered before, by the broker

    @property
    def again(self) -> int:
        """Times that a message went out once more."""
        return self.times.total() - len(self.times)

    def __call__(self) -> Tap:
        """The listener of one connection."""
        rest = b""
        delivered: Basic.Deliver | None = None  # the header that follows is its own

        def read(data: bytes) -> None:
            nonlocal rest, delivered
            rest += data
            used, frame = decode_frame(rest)
            while used:
                rest = rest[used:]
                if isinstance(frame, Header) and delivered:
                    self._count(delivered, frame.properties.message_id)
                if isinstance(frame, Header | Method):
                    delivered = _delivered(frame)
                used, frame = decode_frame(rest)

        return read

    def _count(self, delivered: Basic.Deliver, message_id: str | None) -> None:
        self.marked += bool(delivered.redelivered)
        if message_id is not None:
            self.times[message_id] += 1


def _delivered(frame: Frame) -> Basic.Deliver | None:
    method = frame.method if isinstance(frame, Method) else None
    return method if isinstance(method, Basic.Deliver) else None
