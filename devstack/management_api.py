"""RabbitMQ's management API."""

import base64
import json
import urllib.request
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 30


def call(url: str, method: str, path: str, body: object = None) -> Any:
    """`url` names user and password; `path` is as in the manual, behind /api/."""
    server = urlsplit(url)
    login = base64.b64encode(f"{server.username}:{server.password}".encode()).decode()
    request = urllib.request.Request(
        f"http://{server.hostname}:{server.port}/api/{path}",
        method=method,
        headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
        data=json.dumps(body or {}).encode(),
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
        text = answer.read()
    return json.loads(text) if text else None
