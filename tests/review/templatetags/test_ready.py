"""A template that was made ready for a language shows to the letter what Django's own would."""

from __future__ import annotations

from typing import Any

import pytest
from django.template import Context, Template, engines
from django.template.base import TextNode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, override

from review.templatetags import ready
from review.templatetags.cached import OnceNode

LOADS = "{% load i18n icons words cached %}"
VALUES: dict[str, Any] = {
    "text": "<b> & \"'", "safe": SafeString("<i>"), "number": 1234567, "nothing": None, "called": lambda: "<called>",
    "later": gettext_lazy("達成"), "row": {"name": "<名>", "items": "いろは", "deep": {"er": "深い"}, "list": ["<1>", 2]},
    "rows": [{"n": 1, "on": True}, {"n": 2, "on": False}],
}  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    "source",
    [
        "{{ text }}{{ safe }}{{ number }}{{ nothing }}{{ called }}{{ later }}{{ unknown }}{{ unknown.more }}",
        "{{ row.name }}{{ row.items }}{{ row.deep.er }}{{ row.list.0 }}{{ row.list.7 }}{{ row.missing }}{{ text.missing }}",
        "{{ unknown|default:'<無>' }}{{ text|default:text }}{{ row.name|linebreaks }}{{ number|number }}{{ text|safe }}",
        "{% if row.name %}1{% elif text %}2{% endif %}{% if unknown or not rows %}3{% else %}4{% endif %}{% if number > 3 %}5{% endif %}",
        "{% for one in rows %}{{ forloop.counter }}{% if one.on %}{{ one.n }}{% endif %}{% empty %}-{% endfor %}{{ one }}",
        "{% translate '達成' %} {% translate text %}{% translate '達成' as word %}{{ word }}{% translate '成果目標' context 'counted' %}",
        "{% blocktranslate with n=number trimmed %}{{ n }}施策{% endblocktranslate %}{% with a=row.deep %}{{ a.er }}{% endwith %}",
        "{% icon 'search' %}<p>{% icon 'search' text %}{% icon 'circle' extra='x' %}{% state_chip 'excluded' %}",
        "{% autoescape off %}{{ text }}{% endautoescape %}{% firstof unknown text %}{{ row.deep.er|add:row.name }}",
        "{% once one in rows %}<{{ one.n }}>{% endonce %}{% include 'publication/_marks.html' with shapes=row.list only %}",
    ],
)
def test_a_ready_template_shows_the_same(source: str, language: str) -> None:
    template: Template = engines["django"].from_string(LOADS + source).template
    with override(language):
        expected = template.render(Context({**VALUES, "rows": [dict(row) for row in VALUES["rows"]]}))
        ready._make_ready(template.nodelist, {})
        assert template.render(Context({**VALUES, "rows": [dict(row) for row in VALUES["rows"]]})) == expected != ""


def test_what_depends_on_nothing_is_text() -> None:
    template = (
        engines["django"].from_string(LOADS + "<p>{% translate '達成' %} {% icon 'search' %}</p>{{ a }}.").template
    )
    with override("en"):
        ready._make_ready(template.nodelist, {})
    assert [type(node) is TextNode for node in template.nodelist] == [False, True, False, True]
    assert "Achieved" in template.render(Context({}))


def test_what_is_shown_of_a_row_is_drawn_once() -> None:
    template = engines["django"].from_string(LOADS + "{% once one in rows %}<{{ one.n }}>{% endonce %}").template
    rows = [{"n": 1}, {"n": 2}]
    assert template.nodelist.get_nodes_by_type(OnceNode)
    assert template.render(Context({"rows": rows})) == "<1><2>"
    rows[0]["n"] = 3
    assert template.render(Context({"rows": rows[:1]})) == "<1>"
