"""The hidden field that carries what a record's form showed; see `views/versions.py`."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html

register = template.Library()


@register.simple_tag(takes_context=True)
def record_version(context: Context, record: Any = None) -> Any:
    """The version of the page's record, or of the one that is given; nothing where the page edits none."""
    record_of = getattr(context["request"], "record_of", None)
    if record is None and record_of:
        record = record_of()
    if record is None:
        return ""
    return format_html('<input type="hidden" name="form_version" value="{}">', record.version())
