"""The addresses of the query role: the read API and health."""

from django.urls import include, path

from analytics_project import health

urlpatterns = [
    path("health", health.alive, {"service": "query-service"}),
    path("health/ready", health.ready, {"probe": health.queries}),
    path("api/analytics/", include("queries_app.urls")),
]
