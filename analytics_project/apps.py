"""The hallway as a Django app: it brings the system checks with it."""

from django.apps import AppConfig


class AnalyticsProjectConfig(AppConfig):
    name = "analytics_project"

    def ready(self) -> None:
        from analytics_project import checks  # noqa: F401 (registers itself)
