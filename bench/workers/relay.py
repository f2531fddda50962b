"""Publishes events: with the relay ("ours"), or with pika alone ("bare").

Both publish the same bodies, each to a virtual host of its own.
"""

import sys

import django
from django.conf import settings

from bench.worker import serve
from bench.workers.clock import seconds


def main(bare_url: str, events: int) -> None:
    django.setup()
    from bench.workers.bare_publisher import BarePublisher
    from commands_app import outbox
    from commands_app.relay import Relay
    from messaging.envelope import Message
    from messaging.publisher import Publisher

    window = settings.RELAY_WINDOW
    relay = Relay(
        publisher=Publisher(urls=settings.BROKER_URLS, name="bench"),
        window=window,
    )
    relay.connect()
    relay.run_once()  # takes the lead
    bare = BarePublisher(bare_url)
    bodies: list[Message] = outbox.pending(events).messages

    def ours() -> dict[str, float]:
        def drain() -> None:
            done = 0
            while done < events:
                done += relay.run_once()

        return {"rate": events / seconds(drain)}

    def alone() -> dict[str, float]:
        return {"rate": events / seconds(lambda: bare.publish(bodies, window))}

    serve({"ours": ours, "bare": alone})
    relay.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
