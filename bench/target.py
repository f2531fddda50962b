"""A pair of addresses that speak the HTTP contract, ours or anybody's."""

import http.client
import json
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bench.errors import BenchError

JSON = {"Content-Type": "application/json"}


class Target(NamedTuple):
    command_url: str
    query_url: str
    products: Path  # a file of product ids, one a line
    hot_products: Path  # a part of them


class Link:
    """One kept-alive connection to one of the two addresses."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._http = http.client.HTTPConnection(
            parts.hostname or "127.0.0.1", parts.port, timeout=30
        )

    def get(self, path: str) -> Any:
        return json.loads(self._ask("GET", path, None))

    def text(self, path: str) -> str:
        return self._ask("GET", path, None).decode()

    def post(self, path: str, body: object) -> Any:
        return json.loads(self._ask("POST", path, json.dumps(body)))

    def close(self) -> None:
        self._http.close()

    def _ask(self, method: str, path: str, body: str | None) -> bytes:
        self._http.request(method, path, body, JSON)
        answer = self._http.getresponse()
        content = answer.read()
        if answer.status >= http.client.BAD_REQUEST:
            raise BenchError(f"{method} {path}: {answer.status} {content[:200]!r}")
        return content


def make_product(link: Link, number: int) -> int:
    """With a stock that lasts; answers its id."""
    body = {"name": f"Product number {number}", "category": f"Category {number % 300}",
            "price": 19.99, "stock": 1_000_000_000}  # fmt: skip
    return int(link.post("/api/products", body)["productId"])


def write_ids(path: Path, ids: list[int]) -> Path:
    path.write_text("".join(f"{id_}\n" for id_ in ids))
    return path
