"""What the tests run under: the servers are started by tests/servers.py, on a folder of their own."""

# ruff: noqa: F403, F405

from finsuite.logs import logging_settings
from finsuite.settings.base import *

SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["*"]
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgresql:///finsuite")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Looked up when asked for, instead of listed anew for every test client.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT = None

LOGGING = logging_settings(level="WARNING", renderer="console")
# Tests that commit clean up by TRUNCATE, which the change capture refuses otherwise.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c finsuite.allow_truncate=on"
STYLEGUIDE = True
DEMO_BANNER = False  # looked up once a minute, so that query counts would depend on the clock
