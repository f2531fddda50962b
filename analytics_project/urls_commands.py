"""The addresses of the command role: the write API, health and the admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/", include("commands_app.urls")),
    path("admin/", admin.site.urls),
]
