"""What the read API answers, as a client sees it."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text, parse_float=Decimal)

    def is_problem(self, status: int) -> bool:
        return (
            self.headers["Content-Type"] == "application/problem+json"
            and self.status == status == self.body["status"]
            and {"type", "title", "detail"} <= self.body.keys()
        )


Ask = Callable[..., Answer]
