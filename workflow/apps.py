"""The workflow app: which step comes next and who is asked."""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "workflow"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from workflow import advance  # noqa: F401 - registers its job kinds, its reaction and its part of the sweep
