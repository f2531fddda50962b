"""Traces are optional: neither their packages nor their cost are there without them."""

import subprocess
import sys

from django.conf import settings

from devstack.folder import ROOT
from messaging import tracing

WITHOUT_PACKAGES = """
import sys
sys.modules["opentelemetry"] = None
import django
django.setup()
print("all is well")
from analytics_project import telemetry
"""


def test_without_the_packages_only_the_setting_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PACKAGES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"DATABASE_URL": "postgres:///w", "READ_DATABASE_URL": "postgres:///r"}
        | {"DJANGO_SETTINGS_MODULE": "analytics_project.settings"},
    )

    assert (done.returncode, done.stdout) == (1, "all is well\n")
    assert done.stderr.startswith("TRACING needs requirements-tracing.txt")
    assert len(done.stderr.splitlines()) == 1


def test_switched_off_nothing_stands_in_the_way() -> None:
    assert [each for each in settings.MIDDLEWARE if "telemetry" in each] == []
    assert tracing._recorder is tracing._nobody
