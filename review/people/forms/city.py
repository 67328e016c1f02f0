"""The city and whom its people ask."""

from django import forms
from django.utils.translation import gettext_lazy as _

from review.people.forms.people import REQUIRED


class CityForm(forms.Form):
    """One row of the installation."""

    name = forms.CharField(label=_("自治体名"), max_length=60, error_messages=REQUIRED)
    code = forms.CharField(label=_("全国地方公共団体コード"), max_length=6, required=False, help_text=_("数字6桁。"))
    office = forms.CharField(
        label=_("問い合わせ先の部署"), max_length=60, required=False, help_text=_("お知らせのメールの末尾に出ます。")
    )
    extension = forms.CharField(label=_("内線"), max_length=30, required=False)
    email = forms.CharField(label=_("問い合わせ先のメールアドレス"), max_length=254, required=False)
