"""One machine that runs everything by itself: what `manage.py up` uses."""

# ruff: noqa: F403, F405

from finsuite.local.postgres import PostgreSQL
from finsuite.local.valkey import Valkey
from finsuite.settings.base import *

_LOG = DATA_DIR / "log"

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = SECRET_KEY or "only-for-a-machine-of-ones-own"
ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
DATABASES = {"default": env.db_url("DATABASE_URL", default=PostgreSQL(DATA_DIR / "postgres", _LOG).url("finsuite"))}
REDIS_URL = REDIS_URL or Valkey(DATA_DIR / "valkey", _LOG).url
