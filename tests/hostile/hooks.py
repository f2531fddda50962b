"""What schemathesis is told about this system: that it need not wait."""

from typing import Any

import schemathesis

A_MOMENT_S = "0.01"


@schemathesis.hook
def before_call(
    context: schemathesis.HookContext, case: schemathesis.Case, kwargs: Any
) -> None:
    """No event of a made-up id is ever applied: each would cost its ten seconds."""
    if "after" in case.query and waits(case.query.get("wait", "")):
        case.query["wait"] = A_MOMENT_S


def waits(seconds: object) -> bool:
    """Whether it is nothing that is refused."""
    try:
        return seconds == "" or 0 <= float(str(seconds)) <= 10
    except ValueError:
        return False
