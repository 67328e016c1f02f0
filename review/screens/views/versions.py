"""The version of a record's form: two people who open the same form cannot undo each other's saving unseen.

A page carries a digest of what its form showed. A save compares it, under the lock of the rows, with the present values;
where they differ, nothing is saved and the answer is 409 with who saved, when, and both texts.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from review.models import AuditEntry, User
from review.screens.views.signed_in import SignedInRequest
from review.transition import when_words

View = Callable[..., HttpResponse]
FIELD = "form_version"


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a form edits: the unbound form with the present values, the rows to lock, and where the trail tells of it."""

    form: forms.Form
    rows: QuerySet[Any]
    subject: str
    actions: tuple[str, ...]
    #: what the version is made of, where the form as it was opened shows less than it may overwrite
    state: Any = None

    def texts(self) -> dict[str, str]:
        """{field: what it shows now}."""
        return {name: _shown(self.form, name) for name in self.form.fields}

    def version(self) -> str:
        """A digest of all values of the form."""
        return digest(self.texts() if self.state is None else self.state)


def digest(state: Any) -> str:
    """The version of these values."""
    text = json.dumps(state, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


RecordOf = Callable[..., Record | None]
Choices = Iterable[tuple[Any, Any]]


class VersionedRequest(SignedInRequest):
    """What `versioned` hands on: the template tag of the form's version asks it for the record."""

    record_of: Callable[[], Record | None]


def _shown(form: forms.Form, name: str) -> str:
    """The field's value as its control holds it."""
    bound = form[name]
    value = bound.value()
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return "on" if value else ""
    held = bound.field.widget.format_value(value)
    return ",".join(map(str, held)) if isinstance(held, list | tuple) else str(held or "")


def versioned(record_of: RecordOf) -> Callable[[View], View]:
    """Guards a view whose form overwrites a record. `record_of` takes what the view takes, None where nothing is edited.

    A page without a version was opened before it had one; it is taken as it comes.
    """

    def guarded(view: View) -> View:
        @wraps(view)
        def answered(request: VersionedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            request.record_of = lambda: record_of(request, *args, **kwargs)
            if request.method != "POST" or FIELD not in request.POST:
                return view(request, *args, **kwargs)
            with transaction.atomic():
                record = locked(request)
                if record and record.version() != request.POST[FIELD]:
                    return stale(request, record)
                return view(request, *args, **kwargs)

        return answered

    return guarded


def locked(request: VersionedRequest) -> Record | None:
    """The present record, once nobody else is changing it."""
    record = request.record_of()
    if record is None:
        return None
    list(record.rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    return request.record_of()


def stale(request: SignedInRequest, record: Record) -> HttpResponse:
    """409: who saved and when, and both texts of every field that differs."""
    context = {
        "detail": sentence_of(record),
        "both": list(differing(request, record)),
        "next_url": request.get_full_path(),
    }
    return render(request, "409.html", context, status=409)


def sentence_of(record: Record) -> str:
    """Who saved last, and when, as far as the trail tells."""
    entry = AuditEntry.objects.filter(subject=record.subject, action__in=record.actions).order_by("-pk").first()
    person = User.objects.filter(key=entry.actor_key).first() if entry and entry.actor_key else None
    if entry is None or person is None:
        return _("この画面を開いたあとで、内容が変わりました。")
    return _("%(who)sさんが%(at)sに保存しました。") % {"who": person, "at": when_words(entry.at)}


def differing(request: SignedInRequest, record: Record) -> Iterator[dict[str, str]]:
    """{label, mine, theirs} of each field that was sent with another value than the present one."""
    for name, theirs in record.texts().items():
        mine = "\n".join(request.POST.getlist(name)).replace("\r\n", "\n")
        if mine.strip() != theirs.replace("\r\n", "\n").strip():
            field = record.form.fields[name]
            label = str(record.form[name].label)
            yield {"label": label, "mine": in_words(field, mine), "theirs": in_words(field, theirs)}


def in_words(field: forms.Field, value: str) -> str:
    """A choice by its label, a tick by a word, a text as it is."""
    if isinstance(field, forms.BooleanField):
        return _("はい") if value else _("いいえ")
    if isinstance(field, forms.ChoiceField):
        return next((str(label) for key, label in cast(Choices, field.choices) if str(key) == value), value)
    return value
