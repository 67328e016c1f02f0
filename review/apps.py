"""The review app: what is reviewed and what may be done to it. It knows no flow and no Celery."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Meguri"

    def ready(self) -> None:
        # The reactions and job kinds register themselves when their modules are read.
        from review.services import anchors, bundle, notifications, papers, sign_in, workbooks  # noqa: F401
        from review.views import plain_files

        bundle.pages_come_from(plain_files.site_as_of)
