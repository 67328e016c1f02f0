"""Which rows a person may see: the scope that `permissions` makes, and the queryset of sheets that takes it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self, TypeVar

from django.db import models
from django.db.models import Q

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What one person may see; `permissions.scope_of` alone makes one. `sheets` is the condition on those whose content they
    may read before publication; `everything`: no sheet, and no file of a whole year, is hidden; `plans`: nor is one of these
    plans."""

    sheets: Q
    everything: bool
    plans: frozenset[int]
    departments: frozenset[int]
    signed_in: bool


class SheetQuerySet(models.QuerySet[Row]):
    def visible(self, scope: Scope) -> Self:
        """Whose content the person may read."""
        return self.filter(scope.sheets)

    def own(self, scope: Scope) -> Self:
        """Which belong to the person's departments."""
        return self.of(scope.departments)

    def of(self, departments: Collection[int]) -> Self:
        """Which belong to one of these departments."""
        return self.filter(measure_year__owner__in=departments)

    def listed(self, scope: Scope) -> Self:
        """Whose progress (施策, state, dates; no content) the person may see."""
        return self.all() if scope.signed_in else self.none()
