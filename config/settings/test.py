"""pytest. Database and broker come from tests/services_plugin.py, which starts them before this is read."""

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, env

DEBUG = False
# Argon2 is slow on purpose; a suite that signs in hundreds of times need not prove that each time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# How full the machine of the tests is says nothing.
MEGURI_DISK_ALARM_MB = 0
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]

# A file, not memory: a worker process and the threads of a race share it.
TEST_NAME = env.str("MEGURI_TEST_DATABASE_NAME", default="")
if TEST_NAME:
    # The template has its tables already (tests/prepared.py).
    template = env.str("MEGURI_TEST_DATABASE_TEMPLATE", default=None)
    DATABASES["default"]["TEST"] = {"NAME": TEST_NAME, "TEMPLATE": template}
# The tests' own threads leave no connection behind, for the database is dropped at the end. The processes that a test
# starts keep theirs, as in the city: they end before.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("MEGURI_CONN_MAX_AGE", default=0)
# Tasks of the tests' own, for a worker that a test starts.
CELERY_IMPORTS = env.list("MEGURI_TEST_TASKS", default=[])
