"""The processes of the three flows, each tied to its domain row: one process a sheet, one a year, one a correction."""

from typing import cast

from django.db import models
from viewflow.workflow.models import Process

from review.models import Correction, Cycle, MeasureReview


class SheetProcess(Process):
    """One sheet's way through one year. The row that its flow locks."""

    review = models.OneToOneField(MeasureReview, on_delete=models.PROTECT, related_name="process")


class YearProcess(Process):
    """One year's way from opening to publication. The row that its flow locks."""

    cycle = models.OneToOneField(Cycle, on_delete=models.PROTECT, related_name="process")


class CorrectionProcess(Process):
    """One correction's way from the wrong value to the next edition. The row that its flow locks."""

    correction = models.OneToOneField(Correction, on_delete=models.PROTECT, related_name="process")

    @property
    def cycle(self) -> Cycle:
        """The year that is corrected."""
        return cast(Cycle, self.correction.cycle)
