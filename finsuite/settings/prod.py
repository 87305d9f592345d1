"""Production: every secret and address comes from the environment; nothing has a default that is only safe at home."""

# ruff: noqa: F403, F405

from finsuite.settings.base import *

SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
DATABASES = {"default": env.db_url("DATABASE_URL")}
REDIS_URL = env.str("REDIS_URL")
