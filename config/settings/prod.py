"""The city's installation. Refuses to start where a secret or an address is missing."""

import os
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.base import (
    ALLOWED_HOSTS,
    DATA_ROOT,
    DEFAULT_SECRET_KEY,
    EMAIL_USE_SSL,
    EMAIL_USE_TLS,
    MEGURI_BASE_URL,
    MEGURI_REMOTE_USER_HEADER,
    SECRET_KEY,
    STORAGES,
    env,
)

SHORTEST_SECRET_KEY = 50


def demand(name: str, why: str) -> None:
    """Raises ImproperlyConfigured with a sentence for the operator where the environment lacks `name`."""
    if not env.str(name, default=""):
        raise ImproperlyConfigured(f"環境変数 {name} を設定してください({why})。 / Set {name} in the environment.")


demand("SECRET_KEY", "署名に使う秘密の文字列")
demand("DATABASE_URL", "PostgreSQL の接続先")
demand("REDIS_URL", "Redis の接続先")
demand("ALLOWED_HOSTS", "公開するホスト名")

if SECRET_KEY == DEFAULT_SECRET_KEY or len(SECRET_KEY) < SHORTEST_SECRET_KEY:
    raise ImproperlyConfigured(
        f"SECRET_KEY が初期値のままか短すぎます。{SHORTEST_SECRET_KEY} 文字以上の無作為な文字列に替えてください。"
        " / SECRET_KEY is the default one or too short: use a random one of at least"
        f" {SHORTEST_SECRET_KEY} characters."
    )

if urlsplit(MEGURI_BASE_URL).path not in ("", "/"):
    raise ImproperlyConfigured(
        f"MEGURI_BASE_URL({MEGURI_BASE_URL})にパスがあります。めぐりは、ホスト名の直下でだけ動きます"
        "(/meguri/ のような場所には置けません)。めぐり用のホスト名を用意してください。"
        " / Meguri needs a host name of its own: a path in MEGURI_BASE_URL is not supported."
    )

if env.str("MEGURI_DATA_ROOT", default="") and not os.access(DATA_ROOT, os.W_OK | os.X_OK):
    raise ImproperlyConfigured(
        f"MEGURI_DATA_ROOT({DATA_ROOT})のフォルダーがないか、めぐりの利用者が書き込めません。フォルダーを作り、めぐりの利用者の"
        "ものにしてください。 / The folder of MEGURI_DATA_ROOT is not there, or Meguri's user cannot write to it."
    )

if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise ImproperlyConfigured(
        "EMAIL_USE_TLS と EMAIL_USE_SSL の両方が on です。ポート 587 なら EMAIL_USE_TLS、465 なら EMAIL_USE_SSL だけを"
        " on にしてください。 / Set one of EMAIL_USE_TLS and EMAIL_USE_SSL, not both."
    )

# The health check asks from inside the container or the machine.
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "localhost", "127.0.0.1"]

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")

# MEGURI_HTTPS=off is for a trial inside one machine only; `check --deploy` then says what is missing.
HTTPS = env.bool("MEGURI_HTTPS", default=True)
SECURE_SSL_REDIRECT = HTTPS
# Health checks come from inside the container, without the proxy and its certificate.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("MEGURI_HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    # A browser takes a __Host- cookie only from this host, over HTTPS, for the whole site.
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
if MEGURI_REMOTE_USER_HEADER and not env.bool("MEGURI_BEHIND_PROXY", default=False):
    raise ImproperlyConfigured(
        "MEGURI_REMOTE_USER_HEADER は、プロキシの内側だけで使えます。MEGURI_BEHIND_PROXY を on にし、プロキシに、外から来た"
        "同じ名前のヘッダーを必ず置き換えさせてください。 / MEGURI_REMOTE_USER_HEADER needs MEGURI_BEHIND_PROXY=on."
    )
# Believed only where the operator says that the own proxy sets it and strips the visitor's.
if env.bool("MEGURI_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
