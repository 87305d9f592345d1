"""Settings that every environment shares. What differs is read from the environment (see docs/settings.md)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from django.contrib.messages import constants as message_levels
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from finsuite.logs import logging_settings
from finsuite.settings.broker import broker_url
from finsuite.settings.cache import cache_settings
from finsuite.settings.mail import mail_server

env = environ.Env()

ROOT = Path(__file__).resolve().parents[2]

# The folder that `manage.py up` keeps its private PostgreSQL, its private Valkey and uploaded files in.
DATA_DIR = Path(env.str("FINSUITE_DATA", default=str(ROOT / ".data")))

# Where the messages are that wake the workers. Development uses the private Valkey of the data folder.
REDIS_URL: str = env.str("REDIS_URL", default="")

SECRET_KEY = env.str("SECRET_KEY", default="")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "lucide",
    "pgtrigger",
    "rest_framework",
    "finsuite.kernel",
    "users",
    "audit",
    "crm",
    "finance",
    "projects",
    "integration",
]

MIDDLEWARE = [
    "finsuite.logs.RequestLogMiddleware",
    "finsuite.kernel.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "finsuite.kernel.middleware.readers_habits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "finsuite.kernel.middleware.last_organization",
    "finsuite.kernel.middleware.Refusals",
    "axes.middleware.AxesMiddleware",
]

# Connections are kept, and looked at before they are used again: a database that restarts costs nobody an error page.
DATABASE_CARE: dict[str, object] = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}

ROOT_URLCONF = "finsuite.urls"
WSGI_APPLICATION = "finsuite.wsgi.application"
ASGI_APPLICATION = "finsuite.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "finsuite.kernel.shell.context",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "finsuite.kernel.templatetags.ui",
                "finsuite.kernel.templatetags.ui_formats",
            ],
        },
    }
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Five wrong passwords for one account from one address, and that pair waits a quarter of an hour.
# The address is the one of the connection: a header that the caller writes does not count.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "users.sign_ins.email_of"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

LOGIN_URL = "users:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "users:sign_in"

AXES_LOCKOUT_CALLABLE = "users.ui.sign_in.locked_out"

CSRF_FAILURE_VIEW = "finsuite.kernel.error_pages.csrf_failure"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"

# Pages that aren't ours: the admin site brings inline styles and its own scripts, the API's documentation its own.
CONTENT_SECURITY_POLICY_FOR: dict[str, dict[str, str]] = {
    "/admin/": {
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
    },
    "/api/": {"script-src": "'self'", "style-src": "'self' 'unsafe-inline'"},
}

# Whether pages warn while users with the demo's public passwords exist.
DEMO_BANNER = True
DEMO_PASSWORD = "finsuite-demo"  # noqa: S105 - of the people that the demo makes, and told on the sign-in page
# Whether /styleguide/ shows every component; never needed in production.
STYLEGUIDE = env.bool("STYLEGUIDE", default=False)

MESSAGE_TAGS = {message_levels.ERROR: "danger"}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = ROOT / "staticfiles"
STATICFILES_DIRS = [ROOT / "static"]
MEDIA_ROOT = DATA_DIR / "media"
# What people upload is nobody else's on this machine.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# Files on records: how large one may be, and how many and how much in all one record holds (docs/activities.md).
ATTACHMENTS: dict[str, int] = {
    "MOST_BYTES": env.int("ATTACHMENT_MOST_MEGABYTES", default=25) * 1024 * 1024,
    "MOST_FILES": env.int("ATTACHMENTS_PER_RECORD", default=200),
    "MOST_BYTES_IN_ALL": env.int("ATTACHMENT_MEGABYTES_PER_RECORD", default=500) * 1024 * 1024,
}

# Mail that finsuite sends: from one address, by one server. A server that hangs costs a worker half a minute.
EMAIL_URL: str = env.str("EMAIL_URL", default="")
DEFAULT_FROM_EMAIL: str = env.str("EMAIL_FROM", default="finsuite@localhost")
EMAIL_TIMEOUT = 30
EMAIL_BACKEND = "finsuite.kernel.mail.SmtpBackend" if EMAIL_URL else "finsuite.kernel.mail.NoBackend"
_MAIL_SERVER = mail_server(EMAIL_URL)
EMAIL_HOST, EMAIL_PORT = _MAIL_SERVER.host, _MAIL_SERVER.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL_SERVER.user, _MAIL_SERVER.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL_SERVER.use_tls, _MAIL_SERVER.use_ssl
# How much the files of one e-mail may have together; mail servers seldom take more.
EMAIL_MOST_BYTES: int = env.int("EMAIL_MOST_MEGABYTES", default=15) * 1024 * 1024
# Where development leaves its mail, for a page to show it. Empty: there is no such folder.
MAIL_FOLDER = ""

# What the API's kernel takes from the rooms above it, and how many requests a minute it answers: to one key or person,
# and to one address without either (finsuite/kernel/api/).
API: dict[str, Any] = {
    "AUTHENTICATION": [
        "users.api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "ANSWERS": "users.services.answers.answers",
    "HISTORY": "audit.selectors.history",
    "LIMITS": {
        "caller": env.int("API_REQUESTS_A_MINUTE", default=6000),
        "anonymous": env.int("API_ANONYMOUS_REQUESTS_A_MINUTE", default=60),
    },
}
REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "finsuite.kernel.api.problems.answer_error",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "finsuite",
    "DESCRIPTION": "The REST API of finsuite. Its rules (pages, versions, repeated requests, errors): docs/api.md.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "POSTPROCESSING_HOOKS": [],
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "A key of POST /api/v1/tokens."},
            "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "With a CSRF token."},
        }
    },
}

# Counters only (request limits); whoever finds the cache gone goes on without.
CACHES = {"default": cache_settings(REDIS_URL)}

PGTRIGGER_MIGRATIONS = False
PGTRIGGER_INSTALL_ON_MIGRATE = True

# The database is the truth; a message only says "look there" (docs/adr/0002-celery-as-a-wake-up.md). What follows makes
# a lost, repeated or late message harmless, and keeps a request fast when the broker is gone.
CELERY_BROKER_URL = broker_url(REDIS_URL)
# A message is done when its task is: a worker that dies in between leaves it to the next one.
CELERY_TASK_ACKS_LATE = True
# The same when only the pool's child process dies; without it the message would count as done.
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# A message that waits behind a long task stays where an idle worker can take it.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# What a task did is in the database (runs, links, outbox), never in the broker.
CELERY_TASK_IGNORE_RESULT = True
# Ids only, in JSON: no pickled objects, no record that went stale in the queue.
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# No task runs for ever. The soft limit lets it roll back and say so.
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 120
# After this long without an answer a message is given to another worker. It must exceed the hard limit, and cover the
# wait behind a running task, or one message would run twice at once.
CELERY_VISIBILITY_TIMEOUT = 300
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": CELERY_VISIBILITY_TIMEOUT,
    # Look for messages of dead workers every 5 s; the defaults look every 100 s.
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # A broker that hangs costs a request half a second, not a minute.
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
}
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": CELERY_VISIBILITY_TIMEOUT}
# Publishing tries once. retry=False would not do: it leaves the connection's own retries on.
CELERY_TASK_PUBLISH_RETRY = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0}
# On a stop, tasks get half a minute to end; what has not ended goes back to the queue.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
# Its message will be delivered again, so a task that goes on after the connection is lost would be a second one.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker waits for its broker for as long as it takes.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A slow leak ends with the process.
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
# An edit never waits behind a first sync, nor a message to the outside behind a PDF.
# Each is bound under its own name; Celery's default would bind all four under the first one's.
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name, type="direct"), routing_key=name) for name in ("sync.fast", "sync.bulk", "outbox", "pdf")
]
CELERY_TASK_DEFAULT_QUEUE = "sync.fast"
CELERY_TASK_CREATE_MISSING_QUEUES = False
# What somebody waits for is fast; whatever else a room does in the background goes behind one another.
CELERY_TASK_ROUTES = {
    "integration.tasks.sync_changes": {"queue": "sync.fast"},
    "integration.tasks.poll": {"queue": "sync.fast"},
    "crm.send_reminders": {"queue": "sync.fast"},
    "finance.send_email": {"queue": "outbox"},
    "finance.send_emails": {"queue": "outbox"},
    **{f"{room}.*": {"queue": "sync.bulk"} for room in ("crm", "finance", "integration", "projects", "users")},
}
# Our own logging, not Celery's.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE

# The clock of the background. A message that nobody took before the next one is due is dropped, not piled up.
CELERY_BEAT_SCHEDULE = {
    "sync.poll": {"task": "integration.tasks.poll", "schedule": 2.0, "options": {"expires": 2, "queue": "sync.fast"}},
    "sync.sweep": {"task": "integration.tasks.sweep", "schedule": 60.0, "options": {"expires": 60}},
    "sync.full": {"task": "integration.tasks.full_sweeps", "schedule": 300.0, "options": {"expires": 300}},
    "sync.audit": {"task": "integration.tasks.content_audit", "schedule": crontab(hour=2, minute=30)},
    "finance.emails": {"task": "finance.send_emails", "schedule": 30.0, "options": {"expires": 30}},
    "finance.attempts": {"task": "finance.forget_old_attempts", "schedule": crontab(hour=3, minute=10)},
    "finance.renew": {"task": "finance.renew", "schedule": 300.0, "options": {"expires": 300}},
    "finance.remind": {"task": "finance.remind", "schedule": 900.0, "options": {"expires": 900}},
    "crm.exports": {"task": "crm.look_after_exports", "schedule": 300.0, "options": {"expires": 300}},
    "crm.duplicates": {"task": "crm.renew_duplicates", "schedule": 300.0, "options": {"expires": 300}},
    "crm.bulk": {"task": "crm.resume_bulk_changes", "schedule": 60.0, "options": {"expires": 60}},
    "crm.imports": {"task": "crm.resume_imports", "schedule": 60.0, "options": {"expires": 60}},
    "finance.imports": {"task": "finance.resume_imports", "schedule": 60.0, "options": {"expires": 60}},
    "crm.reminders": {"task": "crm.send_reminders", "schedule": 30.0, "options": {"expires": 30}},
    "crm.purge": {"task": "crm.purge_deleted", "schedule": crontab(hour=3, minute=20)},
    "users.notifications": {"task": "users.forget_read", "schedule": crontab(hour=3, minute=30)},
}

LOGGING_CONFIG = "finsuite.logs.configure"
LOGGING = logging_settings(level=env.str("LOG_LEVEL", default="INFO"), renderer="console")
