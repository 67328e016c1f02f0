"""Django's admin: people, posts and departments for the administrator; whatever the flows decide can only be read.

Nothing is ever deleted here: people are deactivated, posts and departments end on a day. Every change leaves an audit row.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import models, transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from review import permissions
from review.models import (
    Appointment,
    Artifact,
    Concurrence,
    Correction,
    CorrectionDecision,
    CorrectionItem,
    Cycle,
    Decision,
    Department,
    Edition,
    Indicator,
    IndicatorYear,
    ItemComment,
    Job,
    Mail,
    Measure,
    MeasureReview,
    MeasureYear,
    Meeting,
    Notification,
    OutboxEvent,
    Plan,
    PlanField,
    Rating,
    RecordedDecision,
    ScheduleItem,
    Submission,
    TargetChange,
    User,
)
from review.services import audit, sign_in

admin.site.site_header = _("めぐり 管理")
admin.site.site_title = _("めぐり 管理")
admin.site.index_title = _("利用者と部署")
# Where the reading stands in the application itself.
admin.site.unregister(Group)


CHANGED = "(変更)"


class Readable(admin.ModelAdmin):
    """Can be read by the administrator, and by nobody changed."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return permissions.administers(request.user)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return permissions.administers(request.user)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class Editable(Readable):
    """Can be added and changed by the administrator, never deleted; each change is audited with its values."""

    subject = ""
    # What is never written into the trail.
    secret = ("password",)
    # What names a person: that it changed is written, its value is not. In the trail it could never be removed again.
    personal: tuple[str, ...] = ()

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return permissions.administers(request.user)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return permissions.administers(request.user)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Keep the row and its audit row together."""
        names = [name for name in form.changed_data if name not in self.secret and hasattr(obj, name)]
        with transaction.atomic():
            before = type(obj).objects.filter(pk=obj.pk).first() if change else None
            super().save_model(request, obj, form, change)
            audit.write(
                actor=request.user,  # type: ignore[arg-type]
                action="admin.change" if change else "admin.add",
                subject=f"{self.subject}:{getattr(obj, 'key', obj.pk)}",
                before=self._told(before, names) if before else None,
                after=self._told(obj, names) | {name: CHANGED for name in names if name in self.personal},
            )

    def _told(self, row: Any, names: list[str]) -> dict[str, str]:
        """The values as the trail may keep them: people by their key."""
        values = {name: getattr(row, name) for name in names if name not in self.personal}
        return {
            name: f"user:{value.key}" if isinstance(value, User) else str("" if value is None else value)
            for name, value in values.items()
        }


@admin.register(Department)
class DepartmentAdmin(Editable):
    subject = "department"
    list_display = ("name", "order", "starts_on", "ends_on", "successor")
    search_fields = ("name",)
    fields = ("name", "order", "starts_on", "ends_on", "successor")


class AppointmentInline(admin.TabularInline):
    """A person's posts, read beside the person; they are changed on their own page, where each change is audited."""

    model = Appointment
    extra = 0
    can_delete = False
    show_change_link = True

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return permissions.administers(request.user)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Appointment)
class AppointmentAdmin(Editable):
    subject = "appointment"
    list_display = ("user", "role", "department", "starts_on", "ends_on")
    list_filter = ("role", "department")
    search_fields = ("user__display_name", "user__username")
    autocomplete_fields = ("user", "department")
    list_select_related = ("user", "department")


@admin.register(User)
class PersonAdmin(Editable, UserAdmin):
    """People. Django's own groups and rights play no part here: what a person may do follows from the posts alone."""

    subject = "user"
    personal = ("username", "display_name", "email")
    list_display = ("username", "display_name", "email", "is_active", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("username", "display_name", "email")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined", "key")
    inlines = (AppointmentInline,)
    fieldsets = (
        (None, {"fields": ("username", "password", "display_name", "email", "language")}),
        (_("利用"), {"fields": ("is_active", "is_staff", "must_change_password")}),
        (_("記録"), {"fields": ("key", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2", "display_name", "email")}),
        (_("利用"), {"fields": ("is_staff", "must_change_password")}),
    )

    def get_inlines(self, request: HttpRequest, obj: models.Model | None) -> Any:
        return self.inlines if obj else ()

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """A password that somebody else chose is audited, and changed by the person at the next sign-in."""
        with transaction.atomic():
            answer = super().user_change_password(request, id, form_url)
            if request.method == "POST" and answer.status_code == 302:
                sign_in.password_reset(user=User.objects.get(pk=id), by=request.user)  # type: ignore[misc]
        return answer


class Listed(Readable):
    """A read-only list that shows each row by its own words, newest first."""

    list_display = ("pk", "__str__")
    ordering = ("-pk",)
    show_full_result_count = False


for model in (
    Plan, PlanField, Measure, MeasureYear, Indicator, IndicatorYear, TargetChange, ScheduleItem, Cycle, MeasureReview,
    Submission, Decision, Meeting, Concurrence, ItemComment, Rating, RecordedDecision, Edition, Correction, CorrectionItem,
    CorrectionDecision, Artifact, Job, OutboxEvent, Mail, Notification,
):  # fmt: skip
    admin.site.register(model, Listed)
