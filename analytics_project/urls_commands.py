"""The addresses of the command role: the write API, health and the admin."""

from django.contrib import admin
from django.urls import path

from analytics_project import health
from analytics_project.openapi import views
from analytics_project.openapi.commands import write_api
from commands_app import urls

urlpatterns = [
    *urls.urlpatterns,
    path("health", health.alive, {"service": "command-service"}),
    path("health/ready", health.ready, {"probe": health.commands}),
    path("api/openapi.json", views.schema, {"api": write_api}, name="openapi"),
    path("api/docs", views.docs),
    path("admin/", admin.site.urls),
]
