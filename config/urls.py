"""Every address. Screens live in review.urls and workflow.urls; here is what belongs to neither, and their one namespace."""

from django.contrib import admin
from django.urls import include, path

import review.urls
import workflow.urls
from config import errors, health
from config.metrics import metrics
from review.sign_in.views import second_factor, sign_in, single_sign_on

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/login/", sign_in.SignIn.as_view(), name="login"),
    path("accounts/logout/", sign_in.SignOut.as_view(), name="logout"),
    path("accounts/password/", sign_in.PasswordChange.as_view(), name="password_change"),
    path("accounts/code/", second_factor.code, name="second_factor"),
    path("accounts/second-factor/", second_factor.settings_page, name="second_factor_settings"),
    path("accounts/sso/", single_sign_on.Begin.as_view(), name="single_sign_on"),
    path("accounts/sso/return/", single_sign_on.Return.as_view(), name="single_sign_on_return"),
    path("accounts/password/done/", sign_in.PasswordChanged.as_view(), name="password_change_done"),
    path("admin/", admin.site.urls),
    # One namespace: a screen of the records leads to one of the flows by its name alone, and knows no package above it.
    path("", include(([*workflow.urls.screens, *review.urls.screens], "meguri"))),
    path("", include("review.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
