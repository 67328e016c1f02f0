"""The form of one guided step: one text for each item that is open, named by its key."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from review.domain import bars, items
from review.domain.answers import STATE, SURE, mark_of
from review.domain.fields import Field
from review.domain.text import normal_newlines
from review.domain.values import State
from review.item_words import label_of
from review.screens.forms.fields import item_field
from review.sheet.forms.uploads import evidence_file

#: Before the name of an answer: the tick, the mark of the text beside which it was shown; of a state: its last day.
SURELY, SHOWN, UNTIL = "sure:", "of:", "until:"
#: Before the key of the item that a file stands behind.
FILE = "file:"
NOTHING = mark_of("")
_ROWS = {"policy": 8, "indicator": 2, "schedule": 2}


class EntryForm(forms.Form):
    """The open items of a step. `version` is the sheet's when the form was made, `was` the marks of its texts then."""

    use_required_attribute = False

    version = forms.IntegerField(widget=forms.HiddenInput)
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        keys: Iterable[str],
        labels: Mapping[str, str],
        helps: Mapping[str, Any],
        known: Mapping[str, Field] | None = None,
        files: Iterable[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for key in files:
            self.fields[FILE + key] = evidence_file(required=False)
        for key in keys:
            rows = 1 if items.is_next(key) else _ROWS.get(key.split(":")[0], 4)
            label = labels.get(key) or label_of(key, {})
            self.fields[key] = item_field(label, helps.get(key, ""), (known or {}).get(key), rows)

    @classmethod
    def start(cls, texts: Mapping[str, str], version: int) -> dict[str, Any]:
        """The initial data of a form for these texts."""
        return {**texts, "version": version, "was": cls.pack({key: mark_of(text) for key, text in texts.items()})}

    @staticmethod
    def pack(marks: Mapping[str, str]) -> str:
        """The marks as the hidden field carries them."""
        return json.dumps(dict(marks), separators=(",", ":"))

    @property
    def marks(self) -> dict[str, str]:
        """The marks that came back; {} where they are not readable."""
        try:
            marks = json.loads(self.data.get("was", "") or "{}")
        except ValueError:
            return {}
        return {str(key): str(mark) for key, mark in marks.items()} if isinstance(marks, dict) else {}

    @property
    def texts(self) -> dict[str, str]:
        """What was typed, by item key. Read from the request: a text that cannot be stored is still the person's."""
        names = [name for name in self.fields if name not in ("version", "was") and not name.startswith(FILE)]
        return {name: self.sent(name) for name in names if name in self.data}

    def sent(self, name: str) -> str:
        """One text as it was typed."""
        if items.is_bar(name):
            return self.bar_text(name)
        text = normal_newlines(self.data[name])
        if not (code := items.code_of(name)):
            return text
        if code == STATE:
            return f"{text} {self.data.get(UNTIL + name, '')}".strip() if text == State.INTERIM else text
        # An answer speaks of the text beside which it was shown: not of another one that came with it.
        actual = self.data.get(items.actual_key(int(name.split(":")[1])), "")
        if self.data.get(SHOWN + name) != mark_of(actual):
            return ""
        return text.strip() or (SURE if self.data.get(SURELY + name) else "")

    @property
    def answers(self) -> dict[str, str]:
        """The states and answers that were sent, by item key."""
        return {name: self.sent(name) for name in self.data if items.code_of(name)}

    def bar_text(self, name: str) -> str:
        """A bar as text, from the boxes that were sent or from what the form began with."""
        if not self.is_bound:
            return str(self.initial.get(name, ""))
        sent = self.data.getlist(name) if hasattr(self.data, "getlist") else [self.data.get(name, "")]
        return bars.text_of(bars.read("、".join(token for token in sent if token)))

    @property
    def typed(self) -> dict[str, str]:
        """The texts that the person changed. Without marks: all of them."""
        marks = self.marks
        return {key: text for key, text in self.texts.items() if marks.get(key, NOTHING) != mark_of(text)}

    @property
    def sent_version(self) -> int:
        """The version that came back; -1 where it is not a number, which no sheet ever has."""
        raw = str(self.data.get("version", ""))
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1
