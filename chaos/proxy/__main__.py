"""The proxy as a program: --listen PORT --to HOST:PORT --control PORT.

The control port takes lines such as "latency=0.2", "swallow=COMMIT" or "none".
"""

import argparse
import contextlib
import socketserver

import msgspec

from chaos.proxy.tcp import Proxy
from chaos.proxy.toxics import parsed


def control(proxy: Proxy, port: int) -> None:
    """Obeys lines on that port, for ever."""

    class Lines(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for line in self.rfile:
                self.wfile.write(f"{obey(proxy, line.decode())}\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Lines) as server:
        server.serve_forever()


def obey(proxy: Proxy, line: str) -> str:
    try:
        proxy.set(parsed(line))
    except msgspec.ValidationError as error:
        return f"refused: {error}"
    return f"ok: {proxy.accepted} accepted, {proxy.struck} struck"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m chaos.proxy")
    parser.add_argument("--listen", type=int, required=True, metavar="PORT")
    parser.add_argument("--to", required=True, metavar="HOST:PORT")
    parser.add_argument("--control", type=int, required=True, metavar="PORT")
    asked = parser.parse_args()
    host, _, port = asked.to.rpartition(":")
    with Proxy(host, int(port), listen=asked.listen) as proxy:
        control(proxy, asked.control)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
