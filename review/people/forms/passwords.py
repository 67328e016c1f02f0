"""For whom passwords are issued anew."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from review import clock, holders
from review.models import Appointment, Role, User
from review.people.forms.people import CHOOSE, OfficeField, OfficeForm


class AnewForm(OfficeForm):
    """Those of a role and a department, or only those who never signed in."""

    role = forms.ChoiceField(
        label=_("役割"), required=False, choices=[("", _("すべて")), *Role.choices], error_messages=CHOOSE
    )
    department = OfficeField(required=False, empty_label=_("すべて"))
    never = forms.BooleanField(label=_("まだサインインしたことのない人だけ"), required=False, initial=True)

    def people(self) -> QuerySet[User]:
        """Whom it means, once `is_valid()`: people in service."""
        data = self.cleaned_data
        rows = User.objects.filter(is_active=True).order_by("username")
        held = Appointment.objects.filter(holders.held_on(clock.today()))
        if data["role"]:
            held = held.filter(role=data["role"])
        if data["department"]:
            held = held.filter(department=data["department"])
        if data["role"] or data["department"]:
            rows = rows.filter(pk__in=held.values("user"))
        return rows.filter(last_login=None) if data["never"] else rows
