"""Templates of public pages, ready for one language: of a site of thousands of pages, most of the time would else go into
looking up the same words, and into asking of every value what it is.

What depends on nothing stands there as text, and a name among dicts is looked up as one. All else is as Django has it.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from typing import Any

from django.conf import settings
from django.template import Context, Engine, Node, NodeList, Template, Variable
from django.template.base import FilterExpression, TextNode, VariableNode, render_value_in_context
from django.template.library import SimpleNode
from django.template.loaders import base, cached
from django.template.smartif import TokenBase
from django.templatetags.i18n import TranslateNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from review.templatetags.icons import icon

_LOADERS = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]


def ready(name: str) -> Template:
    """The template for the language that is active; where somebody works on templates, as it is now."""
    known = Engine.get_default()
    return (known if settings.DEBUG else _engine(get_language(), known)).get_template(name)


@cache
def _engine(_language: str | None, known: Engine) -> Engine:
    own = [one for one in known.builtins if one not in Engine.default_builtins]
    loaders = [(f"{__name__}.Loader", _LOADERS)]
    return Engine(dirs=known.dirs, loaders=loaders, libraries=known.libraries, builtins=own)


class _Reader(base.Loader):
    """Makes each template ready when it is read, before anybody else has it."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        template = super().get_template(template_name, skip)
        _make_ready(template.nodelist, {})
        # whatever extends a template asks it each time for its blocks
        vars(template.nodelist)["get_nodes_by_type"] = cache(template.nodelist.get_nodes_by_type)
        return template


class Loader(cached.Loader, _Reader):
    """Keeps what was made ready."""


def _make_ready(thing: Any, seen: dict[int, Any]) -> None:
    """The part of a template and all below it; `seen` keeps what was met, so that no other takes its place."""
    if id(thing) in seen or isinstance(thing, TranslateNode):
        return
    seen[id(thing)] = thing
    if isinstance(thing, NodeList):
        thing[:] = _joined(map(_quick, thing))
    if isinstance(thing, FilterExpression) and isinstance(thing.var, Variable) and thing.var.lookups:
        thing.var = thing.var if thing.var.translate else _Name(thing.var)
    below = vars(thing) if isinstance(thing, Node | TokenBase) else thing
    for one in below.values() if isinstance(below, dict) else below if isinstance(below, list | tuple) else ():
        _make_ready(one, seen)


def _quick(node: Node) -> Node:
    constant = (
        isinstance(node, TranslateNode) and not (node.asvar or node.message_context) and _fixed(node.filter_expression)
    )
    if isinstance(node, SimpleNode) and node.func is icon:
        constant = not node.target_var and all(map(_fixed, (*node.args, *node.kwargs.values())))
    if constant:
        return TextNode(node.render(Context(use_l10n=False)))
    return _Shown(node) if type(node) is VariableNode else node


def _fixed(expression: FilterExpression) -> bool:
    return not expression.filters and not getattr(expression.var, "lookups", None)


def _joined(nodes: Iterable[Node]) -> Iterator[Node]:
    """The nodes, texts that follow each other as one."""
    text = ""
    for node in nodes:
        if type(node) is TextNode:
            text += node.s
            continue
        yield from [TextNode(text)] if text else []
        text = ""
        yield node
    yield from [TextNode(text)] if text else []


class _Name:
    """A name of a template."""

    def __init__(self, variable: Variable) -> None:
        self.variable = variable
        self.first, *self.rest = variable.lookups or ()

    def resolve(self, context: Context) -> Any:
        try:
            value = context[self.first]
            for name in self.rest:
                if type(value) is not dict:
                    return self.variable.resolve(context)
                value = value[name]
        except KeyError:
            return self.variable.resolve(context)
        return self.variable.resolve(context) if callable(value) else value


class _Shown(Node):
    """A value that is shown: a text, mostly."""

    def __init__(self, node: VariableNode) -> None:
        self.expression = node.filter_expression

    def render_annotated(self, context: Context) -> str:
        value = self.expression.resolve(context)
        if type(value) is str and context.autoescape:
            return escape(value)
        return value if type(value) is SafeString else render_value_in_context(value, context)
