"""The tasks app: when and how often. It answers the doorbell of review."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "tasks"

    def ready(self) -> None:
        from review.background.services import tables
        from tasks import acks, bell, garbage, life, wiring  # noqa: F401 (life listens to the pool)

        tables.install("tasks", wiring.TABLES)
        acks.install()
        garbage.install()
        bell.register()
