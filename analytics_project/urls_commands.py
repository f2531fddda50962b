"""The addresses of the command role: the write API, health and the admin."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from analytics_project import health
from analytics_project.openapi import views
from analytics_project.openapi.commands import write_api

# Addresses that are only read refuse a POST for its method, not for a missing token.
alive, ready = csrf_exempt(health.alive), csrf_exempt(health.ready)
schema, docs = csrf_exempt(views.schema), csrf_exempt(views.docs)

urlpatterns = [
    path("health", alive, {"service": "command-service"}),
    path("health/ready", ready, {"probe": health.commands}),
    path("api/openapi.json", schema, {"api": write_api}, name="openapi"),
    path("api/docs", docs),
    path("api/", include("commands_app.urls")),
    path("admin/", admin.site.urls),
]
