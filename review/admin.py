"""Django's admin as a reading room: the administrator looks at rows there, and nobody changes anything.

People, posts and departments have screens of their own (`views/people.py`, `views/departments.py`), where each change is
checked and stands in the audit trail. Which of the admin's addresses answer at all is decided in `permissions`.
"""

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from review import permissions
from review.models import User

admin.site.site_header = _("めぐり 記録の閲覧")
admin.site.site_title = _("めぐり 記録の閲覧")
admin.site.index_title = _("記録")
# What a person may do follows from the posts alone.
admin.site.unregister(Group)


def _may_come_in(request: HttpRequest) -> bool:
    return permissions.may_manage_people(request.user)


# In place of the marks that Django keeps on an account: they would outlive the post.
admin.site.has_permission = _may_come_in  # type: ignore[method-assign]


class Readable(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no argument at run time
    """Can be read by the administrator, newest first, and by nobody changed."""

    list_display = ("pk", "__str__")
    ordering = ("-pk",)
    show_full_result_count = False

    def _reads(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return _may_come_in(request)

    def _never(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    has_module_permission = has_view_permission = _reads
    has_add_permission = has_change_permission = has_delete_permission = _never


@admin.register(User)
class PersonAdmin(Readable):
    """People, without the hash of their password and without what Django keeps for rights that play no part here."""

    exclude = ("password", "groups", "user_permissions", "is_staff", "first_name", "last_name")


READABLE = (
    "Appointment Department Plan PlanField Measure MeasureYear Indicator IndicatorYear TargetChange ScheduleItem Cycle"
    " MeasureReview Submission Decision Meeting Concurrence ItemComment Rating RecordedDecision Edition Correction"
    " CorrectionItem CorrectionDecision Artifact Job OutboxEvent Mail Notification"
)
for name in READABLE.split():
    admin.site.register(apps.get_model("review", name), Readable)
