"""Every address. Screens live in review.urls and workflow.urls; here is only what belongs to no storey."""

from django.contrib import admin
from django.urls import include, path

from config import errors, health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include("workflow.urls")),
    path("", include("review.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
