"""The addresses of the write API."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
