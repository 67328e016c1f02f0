"""The workflow app: which step comes next and who is asked."""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "workflow"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The flows bring their job kind; `advance` its own, its reaction and its part of the sweep.
        from workflow import advance, flows  # noqa: F401
