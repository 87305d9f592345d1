"""One machine that runs everything by itself: `manage.py up`, and every command in a second terminal beside it."""

# ruff: noqa: F403, F405

from finsuite.local.folder import DataFolder
from finsuite.settings.base import *
from finsuite.settings.broker import broker_url
from finsuite.settings.cache import cache_settings

_FOLDER = DataFolder(DATA_DIR)

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = SECRET_KEY or _FOLDER.secret_key()
ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
REDIS_URL = REDIS_URL or _FOLDER.valkey.url
CELERY_BROKER_URL = broker_url(REDIS_URL)
CACHES = {"default": cache_settings(REDIS_URL)}
DATABASES = {
    "default": {**env.db_url("DATABASE_URL", default=_FOLDER.postgresql.url("finsuite")), **DATABASE_CARE},
}

# Without a mail server, mail is left in the data folder; finance settings › Mail folder shows it.
if not EMAIL_URL:
    EMAIL_BACKEND = "finsuite.kernel.mail.FolderBackend"
    MAIL_FOLDER = str(DATA_DIR / "mail")

INSTALLED_APPS = [*INSTALLED_APPS, "finsuite.local"]

# Straight from where they are written: nothing to collect, an edit shows at once.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None
STYLEGUIDE = env.bool("STYLEGUIDE", default=DEBUG)
