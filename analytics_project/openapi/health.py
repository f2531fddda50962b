"""The operations that both roles have."""

from analytics_project.health import Alive, Report
from analytics_project.openapi.document import Operation


def operations(report: type[Report]) -> tuple[Operation, ...]:
    return (
        Operation(
            "get", "/health", "alive", "Does the process answer?", Alive, is_open=True
        ),
        Operation(
            "get",
            "/health/ready",
            "ready",
            "Can it do its work, and does what stands behind it keep up?",
            report,
            errors=(503,),
            is_open=True,
        ),
    )
