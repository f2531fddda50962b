"""The addresses of the query role: the read API and health."""

from django.urls import include, path

from analytics_project import health
from analytics_project.door import SIGN_IN
from analytics_project.openapi import views
from analytics_project.openapi.queries import read_api
from analytics_project.sign_in import sign_in
from queries_app import urls

urlpatterns = [
    *urls.urlpatterns,
    path("health", health.alive, {"service": "query-service"}),
    path("health/ready", health.ready, {"probe": health.queries}),
    path("api/openapi.json", views.schema, {"api": read_api}, name="openapi"),
    path("api/docs", views.docs),
    path("sign-in", sign_in, name=SIGN_IN),
    path("", include("queries_app.dashboard.urls")),
]
handler404 = "queries_app.dashboard.views.not_found"
