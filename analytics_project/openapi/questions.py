"""What all questions of the read API have alike: waiting, and headers of trust."""

from analytics_project.openapi.document import Operation, Parameter, Schema
from queries_app import trust
from queries_app.parameters import DEFAULT_WAIT_S, MAX_ID, MAX_WAIT_S

BASE = "/api/analytics"
ID: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
TIME: Schema = {"type": "string", "format": "date-time"}
AFTER = (
    Parameter(
        "after",
        "query",
        {"type": "string", "format": "uuid"},
        "An `Event-Id`: answer only when this event is applied, else 503.",
    ),
    Parameter(
        "wait",
        "query",
        {
            "type": "number",
            "minimum": 0,
            "maximum": MAX_WAIT_S,
            "default": DEFAULT_WAIT_S,
        },
        "How many seconds to wait for it.",
    ),
)
TRUST = {
    trust.AS_OF: (
        "All that was committed before it is in the figures, or parked. Missing, as"
        " the next one, while it is not known."
    ),
    trust.LAG_SECONDS: "How long ago that is.",
    trust.PARKED: "Messages that could not be applied and may touch these figures.",
}


def question(
    path: str, name: str, summary: str, answer: type, *own: Parameter
) -> Operation:
    return Operation(
        "get",
        f"{BASE}{path}",
        name,
        summary,
        answer,
        errors=(400, 503),
        parameters=(*own, *AFTER),
        headers=TRUST,
    )
