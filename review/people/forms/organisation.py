"""部 and 課, pasted."""

from django import forms
from django.utils.translation import gettext_lazy as _

from review.people.forms.people import REQUIRED


class DepartmentListForm(forms.Form):
    """One line each: 部, a tab, 課."""

    text = forms.CharField(
        label=_("部と課の一覧"),
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 15}),
        error_messages=REQUIRED,
        help_text=_(
            "1行に1つ、部、タブ、課の順に書きます。表計算の2列をそのまま貼り付けられます。部がなければ課だけを書きます。"
        ),
    )
