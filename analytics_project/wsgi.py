"""The WSGI application of a web role; settings.ROLE says which."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "analytics_project.settings")
application = get_wsgi_application()
