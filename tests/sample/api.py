"""The two APIs over HTTP, asked over connections that are kept alive."""

import csv
import io
import json
import time
from collections.abc import Iterator
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

JSON = {"Content-Type": "application/json"}
PAGE = 500  # rows, the most
IDLE_S = 1.0


class Api:
    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=120)
        self._used_at = 0.0
        self.requests = 0

    def get(self, report: str, **query: Any) -> Any:
        return parsed(self.text(report, **query))

    def pages(
        self, report: str, rows: str = "rows", **query: Any
    ) -> Iterator[dict[str, Any]]:
        """All rows of a list, page by page."""
        cursor = None
        while True:
            more: dict[str, str] = {"cursor": cursor} if cursor else {}
            answer = self.get(report, limit=PAGE, **more, **query)
            yield from answer[rows]
            if not (cursor := answer["next"]):
                return

    def objects(self, report: str, **query: Any) -> tuple[list[Any], Any]:
        """The rows of an NDJSON file, and its last line's total."""
        *rows, last = self.text(report, format="ndjson", **query).splitlines()
        return [parsed(row) for row in rows], parsed(last)["total"]

    def cells(self, report: str, **query: Any) -> list[dict[str, str]]:
        """The lines of a CSV file; the last one is the total."""
        text = self.text(report, format="csv", **query)
        return list(csv.DictReader(io.StringIO(text)))

    def text(self, report: str, **query: Any) -> str:
        return self._ask("GET", f"/api/analytics/{report}?{urlencode(query)}")[0]

    def post(self, path: str, body: Any) -> str:
        """Answers the id of the event."""
        return self._ask("POST", path, json.dumps(body))[1]

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[str, str]:
        self.requests += 1
        if time.monotonic() - self._used_at > IDLE_S:
            self._connection.close()  # the server may have
        self._connection.request(method, path, body, JSON)
        response = self._connection.getresponse()
        text = response.read().decode()
        self._used_at = time.monotonic()
        if response.status >= 300:
            raise SystemExit(f"{method} {path}: {response.status} {text[:500]}")
        return text, response.headers.get("Event-Id", "")


def parsed(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)
