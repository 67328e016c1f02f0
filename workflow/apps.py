"""The workflow app: which step comes next and whose turn it is."""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "workflow"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from review.background.services import tables
        from workflow import flows, wiring  # noqa: F401 (Viewflow finds a flow by its module)

        tables.install("workflow", wiring.TABLES)
