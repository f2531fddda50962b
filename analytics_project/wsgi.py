"""The WSGI application of a web role; settings.ROLE says which.

It is loaded once, before the worker processes are forked, with all that a first request
would load: they share it, and the four of the command role take 88 MB, not 183.
"""

import gc
import os
import sys

from django.conf import settings
from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries
from django.urls import get_resolver

from analytics_project import production
from analytics_project.bodies import with_length

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "analytics_project.settings")
django_application = get_wsgi_application()
if settings.PRODUCTION and (faults := list(production.faults())):
    sys.exit("\n".join(faults))  # a server that was not started by `run_web`
if not settings.DEBUG:
    # At the end of a request Django does the first of them once more, and there are no
    # queries to forget. Together they cost a question an eighth of its time.
    request_started.disconnect(close_old_connections)
    request_started.disconnect(reset_queries)
application = with_length(django_application, limit=settings.MAX_BODY_BYTES)
_ = get_resolver().url_patterns  # Django loads the views with them
from analytics_project import exposition  # noqa: E402 (it needs a loaded Django)

gc.collect()
gc.freeze()  # a collection would write to, and so copy, every page that is shared
# The next full one waits for a quarter of what the last one has kept: of nothing now,
# else of a whole Django, and lost circles would pile up for hours.
gc.collect()
if settings.ROLE == "queries" and settings.QUERY_SERVER == "granian":
    exposition.begin()  # its processes load this themselves
else:
    os.register_at_fork(after_in_child=exposition.begin)  # a worker of gunicorn
