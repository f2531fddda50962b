"""The hallway as a Django app: it brings the system checks with it."""

from django.apps import AppConfig
from django.conf import settings

from analytics_project import logs


class AnalyticsProjectConfig(AppConfig):
    name = "analytics_project"

    def ready(self) -> None:
        from analytics_project import checks  # noqa: F401 (registers itself)

        if settings.LOG_FORMAT == "json":
            logs.take_all()
        if settings.TRACING:
            from analytics_project import telemetry

            telemetry.switch_on()
