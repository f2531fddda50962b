"""What a process measures, served to Prometheus on a port of its own."""

import logging
import threading
import time

from prometheus_client import REGISTRY, disable_created_metrics, start_http_server
from prometheus_client.registry import CollectorRegistry

logger = logging.getLogger(__name__)

# Upper ends of the classes of a histogram.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
MESSAGES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

TAKE_OVER_S = 2.0  # between two looks whether the port is free by now


def serve(*, host: str, port: int, registry: CollectorRegistry = REGISTRY) -> None:
    """In threads, so that nothing else waits; port 0 serves nothing.

    A port that is taken is waited for: of the processes of a web role one has it, and
    another follows when that one ends.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]  # each has a second series
    if port:
        arguments = (host, port, registry)
        threading.Thread(target=_serve, args=arguments, daemon=True).start()


def _serve(host: str, port: int, registry: CollectorRegistry) -> None:
    while True:
        try:
            start_http_server(port, host, registry)
        except OSError as error:
            logger.debug("metrics are not served: %s", error)
            time.sleep(TAKE_OVER_S)
        else:
            return
