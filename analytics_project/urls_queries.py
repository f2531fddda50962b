"""The addresses of the query role: the read API and health."""

from django.urls import include, path

urlpatterns = [
    path("api/analytics/", include("queries_app.urls")),
]
