"""The WSGI application of a web role; settings.ROLE says which."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from analytics_project.bodies import with_length

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "analytics_project.settings")
application = with_length(get_wsgi_application(), limit=settings.MAX_BODY_BYTES)
