"""Fresh processes whose threads all decode their first body at the same moment."""

import os
import sys
import threading

import django

PROCESSES = 150
THREADS = 4
SWITCH_INTERVAL_S = 1e-6  # as often as the interpreter can
BODY = b'{"customerId": 5, "items": [{"productId": 4, "quantity": 2, "price": 4.5}]}'


def main() -> None:
    django.setup()
    from commands_app import body, requests

    def decode(together: threading.Barrier) -> None:
        together.wait()
        body.decode(BODY, requests.PlaceOrder)

    def child() -> None:
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        together = threading.Barrier(THREADS)
        threads = [
            threading.Thread(target=decode, args=[together]) for _ in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    for _ in range(PROCESSES):
        pid = os.fork()
        if not pid:
            child()
            os._exit(0)
        if os.waitpid(pid, 0)[1]:
            sys.exit(1)


if __name__ == "__main__":
    main()
