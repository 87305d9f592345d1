"""What the tests run under: the servers are started by tests/conftest.py, on a folder of their own."""

# ruff: noqa: F403, F405

from finsuite.settings.base import *

SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["*"]
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgresql:///finsuite")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
