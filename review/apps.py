"""The review app: what is reviewed and what may be done to it. It knows no flow and no Celery."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Meguri"

    def ready(self) -> None:
        from review import wiring
        from review.background.services import tables

        tables.install("review", wiring.TABLES)
        for signal, receiver in wiring.SIGNALS:
            signal.connect(receiver, dispatch_uid=f"{receiver.__module__}.{receiver.__name__}")
