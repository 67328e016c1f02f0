"""The tasks app: when and how often. It answers the doorbell of review."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "tasks"

    def ready(self) -> None:
        from tasks import bell

        bell.register()
