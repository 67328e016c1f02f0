"""What every installation shares. Anything a machine may want to change is read from its environment (.env.example)."""

import os
from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import logs
from config.logs import TIME_ZONE

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
# Demo and tests name none: a developer's own addresses must not reach them.
if ENV_FILE := env.str("MEGURI_ENV_FILE", default=str(BASE_DIR / ".env")):
    environ.Env.read_env(ENV_FILE)

# Everything the embedded default writes lies in one folder, so that the demo can start afresh by
# emptying it and `manage.py` afterwards speaks to the very database the demo left.
DATA_ROOT = Path(env.str("MEGURI_DATA_ROOT", default=str(BASE_DIR / "var" / "demo")))

# A published key: good enough to try Meguri, refused by `prod`.
DEFAULT_SECRET_KEY = "meguri-development-only-key-never-use-it-for-a-city"  # noqa: S105 - refused by `prod`
SECRET_KEY = env.str("SECRET_KEY", default=DEFAULT_SECRET_KEY)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

ROOT_URLCONF = "config.urls"
# Open to anybody beside those of the access table: none in a city (the demo has two of its own).
OPEN_ADDRESSES: tuple[str, ...] = ()
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "config.static.OurStaticFiles",
    "viewflow",
    "viewflow.workflow",
    "django_htmx",
    "csp",
    "review.apps.ReviewConfig",
    "tasks.apps.TasksConfig",
    "workflow.apps.WorkflowConfig",
]

MIDDLEWARE = [
    "config.proxy.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "review.screens.views.access.OriginMiddleware",
    "review.screens.views.limits.BodyLimitMiddleware",
    "review.screens.views.questions.QuestionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "review.screens.views.busy.BusyMiddleware",
    "review.screens.views.access.AccessMiddleware",
    "review.screens.views.limits.RateMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "review.screens.views.chrome.chrome",
            ]
        },
    }
]

# --- Database -----------------------------------------------------------------------------------

SQLITE_OPTIONS = {
    # Take the write lock when a transaction begins: a reader that turns writer later would meet
    # "database is locked" at once, whatever the timeout says.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL",
}
POSTGRES_OPTIONS = {
    "connect_timeout": 5,
    # A lock that does not come must end as a sentence on the screen, not as a page that never loads.
    "options": "-c lock_timeout=10s -c statement_timeout=120s -c idle_in_transaction_session_timeout=120s",
    # The values of a statement go to the server beside it, and what is asked a second time is parsed and planned once.
    "server_side_binding": True,
    "prepare_threshold": 2,
}


def database(url: str) -> dict[str, Any]:
    """Django's database entry for a DATABASE_URL, with the options that engine needs here."""
    entry: dict[str, Any] = env.db_url_config(url)
    if entry["ENGINE"].endswith("sqlite3"):
        entry["OPTIONS"] = {**SQLITE_OPTIONS, **entry.get("OPTIONS", {})}
    else:
        entry["OPTIONS"] = {**POSTGRES_OPTIONS, **entry.get("OPTIONS", {})}
        entry["CONN_HEALTH_CHECKS"] = True
        entry["CONN_MAX_AGE"] = env.int("MEGURI_CONN_MAX_AGE", default=60)
    # A flow locks what it needs for as long as it needs; a whole request would hold it too long.
    entry["ATOMIC_REQUESTS"] = False
    return entry


# An empty one counts as none: `prod` then says what is missing.
DATABASE_URL = env.str("DATABASE_URL", default="") or f"sqlite:///{DATA_ROOT / 'meguri.sqlite3'}"
DATABASES = {"default": database(DATABASE_URL)}

# --- Caches -------------------------------------------------------------------------------------

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "default"}}

# --- Files --------------------------------------------------------------------------------------

FILES_ROOT = Path(env.str("MEGURI_FILES_ROOT", default=str(DATA_ROOT / "files")))
MEDIA_ROOT = FILES_ROOT
# Public pages as they were made, for all web processes of this machine. May be emptied at any time.
MEGURI_PAGES_ROOT = Path(env.str("MEGURI_PAGES_ROOT", default=str(DATA_ROOT / "pages")))
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("MEGURI_STATIC_ROOT", default=str(DATA_ROOT / "static")))
# The pictures of the screens: the same in the documents and in the handbook.
STATICFILES_DIRS = [("screens", BASE_DIR / "docs" / "screens")]
STORAGES = {
    # No base_url: files leave only through views that ask permissions.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(FILES_ROOT), "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# In place of the folder an S3-compatible store, which several machines share; it needs requirements/s3.txt.
if MEGURI_S3_BUCKET := env.str("MEGURI_S3_BUCKET", default=""):
    from botocore.config import Config

    # A store that is away must not hold a process for long: whoever waits is told, a job is tried again.
    patience = Config(
        connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2}, s3={"addressing_style": "path"}
    )
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": MEGURI_S3_BUCKET,
            "endpoint_url": env.str("MEGURI_S3_URL", default="") or None,
            "region_name": env.str("MEGURI_S3_REGION", default="us-east-1"),
            "access_key": env.str("MEGURI_S3_ACCESS_KEY", default=""),
            "secret_key": env.str("MEGURI_S3_SECRET_KEY", default=""),
            "client_config": patience,
            "file_overwrite": False,
            "max_memory_size": 2 * 1024 * 1024,
        },
    }
FILE_UPLOAD_PERMISSIONS = 0o640
# The city's virus scanner, called with each incoming file: ends with 0 for a clean one, with 1 for another.
MEGURI_SCAN_COMMAND = env.str("MEGURI_SCAN_COMMAND", default="")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# A year of 1,000 sheets is ticked on one page.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- People -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "review.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "review.sign_in.services.sign_in.OwnNameValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
# The longest a session may last; review/screens/views/sessions.py ends it earlier where nobody is there any more.
SESSION_COOKIE_AGE = 8 * 60 * 60
# With single sign-on these accounts alone may still use a password; each use is recorded in the trail and the log.
MEGURI_EMERGENCY_ACCOUNTS = env.list("MEGURI_EMERGENCY_ACCOUNTS", default=[])

# --- Single sign-on: only where the city names its provider ----------------------------------------

MEGURI_OIDC_ISSUER = env.str("MEGURI_OIDC_ISSUER", default="")
MEGURI_OIDC_USERNAME_CLAIM = env.str("MEGURI_OIDC_USERNAME_CLAIM", default="preferred_username")
MEGURI_OIDC_GROUPS_CLAIM = env.str("MEGURI_OIDC_GROUPS_CLAIM", default="groups")
MEGURI_OIDC_DEPARTMENT_CLAIM = env.str("MEGURI_OIDC_DEPARTMENT_CLAIM", default="department")
# The provider's group -> our role; without any, posts stay with our own administrator.
MEGURI_OIDC_ROLE_MAP = env.dict("MEGURI_OIDC_ROLE_MAP", default={})
# The provider's name of an office -> ours, where they differ.
MEGURI_OIDC_DEPARTMENT_MAP = env.dict("MEGURI_OIDC_DEPARTMENT_MAP", default={})
MEGURI_OIDC_CREATE_USERS = env.bool("MEGURI_OIDC_CREATE_USERS", default=False)
OIDC_RP_CLIENT_ID = env.str("MEGURI_OIDC_CLIENT_ID", default="")
OIDC_RP_CLIENT_SECRET = env.str("MEGURI_OIDC_CLIENT_SECRET", default="")
OIDC_OP_AUTHORIZATION_ENDPOINT = env.str("MEGURI_OIDC_AUTHORIZATION_URL", default="")
OIDC_OP_TOKEN_ENDPOINT = env.str("MEGURI_OIDC_TOKEN_URL", default="")
OIDC_OP_USER_ENDPOINT = env.str("MEGURI_OIDC_USERINFO_URL", default="")
OIDC_OP_JWKS_ENDPOINT = env.str("MEGURI_OIDC_JWKS_URL", default="")
OIDC_RP_SCOPES = env.str("MEGURI_OIDC_SCOPES", default="openid profile email")
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_USE_PKCE = True
OIDC_TIMEOUT = 10
OIDC_AUTHENTICATION_CALLBACK_URL = "single_sign_on_return"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
if MEGURI_OIDC_ISSUER:
    AUTHENTICATION_BACKENDS.append("review.sign_in.services.single_sign_on.ProviderBackend")
# The header in which the city's proxy names who signed in to Active Directory; empty: there is no such proxy.
MEGURI_REMOTE_USER_HEADER = env.str("MEGURI_REMOTE_USER_HEADER", default="")
if MEGURI_REMOTE_USER_HEADER:
    AUTHENTICATION_BACKENDS.append("review.sign_in.services.remote_user.ProxyBackend")
    after = MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1
    MIDDLEWARE.insert(after, "review.sign_in.services.remote_user.ProxyUserMiddleware")

# --- Cookies and security headers ---------------------------------------------------------------

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# htmx takes the token from the page; no script needs the cookie.
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("日本語")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True

# --- Mail ---------------------------------------------------------------------------------------

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = env.str("MEGURI_MAIL_ROOT", default=str(DATA_ROOT / "mail"))
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
# STARTTLS (587), or TLS from the first byte (465): one of the two at most.
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", default=False)
# For each answer of the mail server; a whole mail gets twice that, and must end within the lease.
EMAIL_TIMEOUT = env.float("EMAIL_TIMEOUT", default=10)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="meguri@example.invalid")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Meguri -------------------------------------------------------------------------------------

# What the city is called while no plan says it.
MEGURI_CITY = env.str("MEGURI_CITY", default="自治体")
MEGURI_BASE_URL = env.str("MEGURI_BASE_URL", default="http://127.0.0.1:8000")
# Where the static site will stand, for its feeds and its sitemap; empty: it has none, and names no host at all.
MEGURI_PUBLIC_URL = env.str("MEGURI_PUBLIC_URL", default="")
# Under what licence the published data may be used, as the city decided.
MEGURI_DATA_LICENCE = env.str("MEGURI_DATA_LICENCE", default="クリエイティブ・コモンズ 表示 4.0 国際 (CC BY 4.0)")
MEGURI_DATA_LICENCE_URL = env.str(
    "MEGURI_DATA_LICENCE_URL", default="https://creativecommons.org/licenses/by/4.0/deed.ja"
)
# Where this installation's source can be had: the licence owes it to whoever uses Meguri over a network.
MEGURI_SOURCE_URL = env.str("MEGURI_SOURCE_URL", default="")
# How many processes make the pages of a large static site at once.
MEGURI_BUNDLE_PROCESSES = env.int("MEGURI_BUNDLE_PROCESSES", default=min(os.cpu_count() or 1, 4))
# Heads of the audit chain. In the city: a place on another machine, which the database's owner cannot write.
MEGURI_ANCHOR_ROOT = Path(env.str("MEGURI_ANCHOR_ROOT", default=str(DATA_ROOT / "anchors")))
# With it /metrics answers (Authorization: Bearer ...); without it there is none.
MEGURI_METRICS_TOKEN = env.str("MEGURI_METRICS_TOKEN", default="")
# Less free space than this where the files lie raises an alarm.
MEGURI_DISK_ALARM_MB = env.int("MEGURI_DISK_ALARM_MB", default=2000)
# Named where migrations run as the tables' owner: the role that `database_roles` then gives to web and worker.
MEGURI_APP_DATABASE_ROLE = env.str("MEGURI_APP_DATABASE_ROLE", default="")
MEGURI_LEASE_SECONDS = env.float("MEGURI_LEASE_SECONDS", default=30)
MEGURI_HEARTBEAT_SECONDS = env.float("MEGURI_HEARTBEAT_SECONDS", default=10)
MEGURI_SWEEP_SECONDS = env.float("MEGURI_SWEEP_SECONDS", default=30)
MEGURI_MAIL_COALESCE_SECONDS = env.float("MEGURI_MAIL_COALESCE_SECONDS", default=60)
# Pause before the second try of a mail, doubled with each further one up to an hour.
MEGURI_MAIL_RETRY_SECONDS = env.float("MEGURI_MAIL_RETRY_SECONDS", default=10)
# How many may send at once. A server that hangs holds so many workers.
MEGURI_MAIL_SENDERS = env.int("MEGURI_MAIL_SENDERS", default=1)
# Thirty submissions within this time make one consolidated workbook, not thirty.
MEGURI_BUILD_COALESCE_SECONDS = env.float("MEGURI_BUILD_COALESCE_SECONDS", default=20)

# --- Celery: a doorbell, never the record ---------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE

# A book takes minutes, and a mail must not stand behind it: books have workers of their own. A worker takes from every
# queue, or from those that its --queues names.
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {"mails": {}, "events": {}, "books": {}}
CELERY_TASK_DEFAULT_QUEUE = "events"
CELERY_TASK_ROUTES = {"tasks.jobs.run": {"queue": "books"}, "tasks.notifications.send": {"queue": "mails"}}

# A killed worker's task goes back to the queue instead of vanishing with it.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_TIME_LIMIT = 600

# A request that rings the bell must not wait for a broker that is down: one try, one second.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "socket_connect_timeout": 1,
    "socket_timeout": env.float("MEGURI_BROKER_TIMEOUT", default=1),
    # Longer than the hard time limit: a healthy task is never delivered a second time meanwhile.
    "visibility_timeout": env.int("MEGURI_VISIBILITY_TIMEOUT", default=3600),
    # Kombu looks for lost messages every interval x throttle seconds; its default is 100 s.
    "unacked_restore_interval": env.int("MEGURI_RESTORE_INTERVAL", default=10),
    "unacked_restore_throttle": 1,
}
# The worker itself waits for the broker as long as it takes.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None

CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A traceback that beat prints would become a line of the log for each of its marks.
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_BEAT_SCHEDULE_FILENAME = env.str("MEGURI_BEAT_FILE", default=str(DATA_ROOT / "beat-schedule"))
CELERY_BEAT_SCHEDULE = {
    # `expires`: after an outage one sweep does the work of all that were missed. Never under half a minute: a busy
    # worker that comes a second late must still find a sweep to do.
    "sweep": {
        "task": "tasks.sweep.sweep",
        "schedule": MEGURI_SWEEP_SECONDS,
        "options": {"expires": max(MEGURI_SWEEP_SECONDS, 30)},
    },
    "remind": {"task": "tasks.reminders.remind", "schedule": crontab(hour=8, minute=30)},
    "anchor": {"task": "tasks.anchors.anchor", "schedule": crontab(minute=0)},
    "check_files": {"task": "tasks.files.check", "schedule": crontab(hour=4, minute=10)},
    "retention": {"task": "tasks.retention.remove_expired", "schedule": crontab(hour=3, minute=20)},
}

# --- Logs: one line an event, on stdout, without personal data ------------------------------------

LOG_LEVEL = env.str("MEGURI_LOG_LEVEL", default="INFO")
# fontTools, PIL and the like talk below warnings about nothing an operator can use.
LOGGING = logs.config(
    LOG_LEVEL,
    django={"handlers": [], "level": LOG_LEVEL, "propagate": True},
    django__server={"handlers": [], "level": LOG_LEVEL, "propagate": True},
    fontTools={"level": "WARNING"},
)
