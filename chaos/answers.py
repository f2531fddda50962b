"""One HTTP request to a role, and what came back."""

import http.client
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

TIMEOUT_S = 15.0


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]  # names in lower case
    body: Any  # numbers as Decimal


def ask(
    port: int, method: str, path: str, body: Any, headers: Mapping[str, str]
) -> Answer:
    """On a connection of its own. Raises OSError."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    content = None if body is None else json.dumps(body)
    given = {"Content-Type": "application/json", **headers}
    try:
        link.request(method, path, content, given)
        answer = link.getresponse()
        text = answer.read()
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        link.close()
    lowered = {name.lower(): value for name, value in answer.getheaders()}
    parsed = json.loads(text, parse_float=Decimal) if text else None
    return Answer(answer.status, lowered, parsed)
