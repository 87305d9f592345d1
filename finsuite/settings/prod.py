"""Production: every secret and address comes from the environment; nothing has a default that is only safe at home."""

# ruff: noqa: F403, F405

from pathlib import Path

from finsuite.logs import logging_settings
from finsuite.settings.base import *
from finsuite.settings.broker import broker_url
from finsuite.settings.cache import cache_settings

SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
REDIS_URL = env.str("REDIS_URL")
CELERY_BROKER_URL = broker_url(REDIS_URL)
CACHES = {"default": cache_settings(REDIS_URL)}
DATABASES = {"default": {**env.db_url("DATABASE_URL"), **DATABASE_CARE}}
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "media")))

# Collected and hashed when the image is built; the browser keeps each file for as long as its name lasts.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "finsuite.static_files.ManifestStorage"},
}

# HTTPS only, for a year, and no cookie that another host or a script could set or read.
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
if env.bool("BEHIND_TLS_PROXY", default=False):
    # Only where a proxy of yours sets this header itself: a client could write it, too.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = logging_settings(level=env.str("LOG_LEVEL", default="INFO"), renderer="json")
