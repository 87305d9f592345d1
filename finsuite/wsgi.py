"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "finsuite.settings.dev")

application = get_wsgi_application()

from integration import capture  # noqa: E402 - once Django is set up

capture.require_complete()
