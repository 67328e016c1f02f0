"""The tasks app: when and how often. It answers the doorbell of review."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "tasks"

    def ready(self) -> None:
        from tasks import acks, bell, garbage, life  # noqa: F401 (life listens to the pool)

        acks.install()
        garbage.install()
        bell.register()
