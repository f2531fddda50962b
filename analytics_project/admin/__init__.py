"""The operators' window onto both sides, found by Django's admin autodiscovery."""

from django.apps import apps
from django.contrib import admin

from analytics_project.admin import (  # noqa: F401 (importing registers)
    api_keys,
    business,
    dead_letter_actions,
    dead_letters,
    outbox,
    read_models,
    replays,
)

admin.site.site_header = "Commerce analytics"
admin.site.site_title = "Commerce analytics"
admin.site.site_url = None  # there is no site beside it
admin.site.index_title = "Write side and read side"
# The rooms' names as the index shows them; the rooms themselves know no admin.
apps.get_app_config("commands_app").verbose_name = "Write side"
apps.get_app_config("projections_app").verbose_name = "Read side"
apps.get_app_config("analytics_project").verbose_name = "Access"
