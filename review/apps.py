"""The review app: what is reviewed and what may be done to it. It knows no flow and no Celery."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Meguri"

    def ready(self) -> None:
        # The reactions and job kinds register themselves when their modules are read.
        from review.books.services import papers, workbooks  # noqa: F401
        from review.notices.services import notifications  # noqa: F401
        from review.operations.services import anchors  # noqa: F401
        from review.publication.services import bundle
        from review.publication.views import plain_files
        from review.sign_in.services import sign_in  # noqa: F401

        bundle.pages_come_from(plain_files.site_as_of)
