"""The words of notices: the original texts, the administrator's own in their place, and what may stand in braces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from review import clock
from review.domain.refusals import Invalid
from review.models import NoticeText, User
from review.reader_words import problem
from review.trail.services import audit
from review.transition import require_administrator

PARTS = {"title": "件名", "body": "本文", "act": "していただくこと"}
LONGEST_TITLE = 120

#: What each placeholder stands for, with an example for the preview.
PLACEHOLDERS: Mapping[str, tuple[str, str]] = {
    "year": ("計画と年度", "見本計画 令和6年度"),
    "due": ("期限の日", "令和7年5月30日(金)"),
    "closes": ("締切の日", "令和7年6月6日(金)"),
    "office": ("確認する課の名前", "見本企画課"),
    "body": ("決定する会議の名前", "見本推進本部"),
    "measure": ("施策IDと施策名", "01-01 見本の施策"),
    "department": ("主管部署", "見本課"),
    "actor": ("行った人の氏名", "見本 太郎"),
    "comment": ("理由・コメント", "単位を確かめてください。"),
    "cause": ("失敗の原因", "ファイルを書き込めませんでした。"),
    "edition": ("公表版の名前", "第1版"),
    "destination": ("差戻し先", "主管部署"),
    "outcome": ("扱い(未提出・対象外)", "対象外"),
    "step": ("段階の名前", "実績の提出"),
    "request": ("段階ごとのお願い", "実績を入力して提出してください。"),
    "when": ("期限までの開庁日数", "あと5開庁日"),
    "count": ("件数", "2"),
    "sheets": ("対象の施策の一覧", "・01-01 見本の施策(見本課)\n・01-02 見本の施策(見本課)"),
    "changes": ("変わった期限", "・提出期限: 令和7年5月30日(金) 17:15 → 令和7年6月6日(金) 17:15"),
    "until": ("延長後の締切", "令和7年6月20日(金) 17:15"),
    "reason": ("依頼や延長の理由", "統計の公表が遅れるため"),
    "items": ("訂正する項目", "01-01 成果目標① 令和6年度 実績"),
    "principal": ("代決される人", "見本 花子"),
    "deputy": ("代決する人", "見本 太郎"),
    "post": ("代決する役割", "見本課 所属長"),
    "before": ("組織改正の前の部署", "見本課"),
    "after": ("組織改正のあとの部署", "見本推進課"),
    "period": ("代決の期間、組織改正の施行日", "令和7年5月7日(水)から令和7年5月9日(金)まで"),
    "answer_by": ("合議の回答期限", "令和7年5月30日(金)"),
    "goals": ("定義の確認を待つ成果目標", "①、③"),
    "changed_items": ("回答のあとに変わった項目", "要因、対応"),
    "asked": ("合議を依頼された部署", "見本課"),
    "answer": ("合議の回答", "意見なし"),
    "kind": ("計画の変更の種類", "施策名の変更"),
    "codes": ("関わる施策ID", "01-01、01-02"),
    "note": ("添えられた言葉", "お困りのことがあればお知らせください。"),
}
# What is known of every event that is about a year, and about a sheet.
_OF_A_YEAR = ("year", "due", "closes", "office", "body")
_OF_A_SHEET = ("measure", "department", "actor")


class Words(Protocol):
    """The texts of one line of the table of notices."""

    @property
    def title(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def act(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Text:
    title: str
    body: str = ""
    act: str = ""

    def filled(self, words: Mapping[str, str]) -> Text:
        return Text(**{name: getattr(self, name).format_map(words).strip() for name in PARTS})


def placeholders(text: str) -> list[str]:
    """The names in braces, in order. Raises ValueError for braces that do not match."""
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def allowed(lines: Iterable[Words]) -> list[str]:
    """What may stand in braces in the texts of one event: what its original texts use, and what goes with that."""
    used = {name for line in lines for part in PARTS for name in placeholders(getattr(line, part))}
    if "measure" in used:
        used |= set(_OF_A_SHEET)
    if used & {*_OF_A_YEAR, "measure"}:
        used |= set(_OF_A_YEAR)
    return sorted(used, key=lambda name: (list(PLACEHOLDERS).index(name) if name in PLACEHOLDERS else 99, name))


def problem_of(text: str, names: Iterable[str]) -> str:
    """Why the text cannot be a notice's, in one sentence; '' where it can."""
    if error := problem(text):
        return error
    known = list(names)
    usable = (
        _("使えるのは %(names)s です。") % {"names": _("、").join(f"{{{name}}}" for name in known)}
        if known
        else _("使える差込みはありません。")
    )
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return _("波かっこ { } の組がそろっていません。波かっこを文字として書くときは {{ や }} と重ねてください。")
    for _literal, name, form, conversion in parts:
        if name is None:
            continue
        if name not in known or form or conversion:
            shown = name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            return _("差込み %(shown)s はこのお知らせでは使えません。") % {"shown": f"{{{shown}}}"} + usable
    return ""


def problems_of(text: Text, names: Iterable[str]) -> dict[str, str]:
    """{part: sentence} of everything that is wrong with the texts."""
    known = list(names)
    problems = {part: sentence for part in PARTS if (sentence := problem_of(getattr(text, part), known))}
    if not text.title.strip():
        problems["title"] = _("件名を入力してください。")
    elif "\n" in text.title.strip() or len(text.title) > LONGEST_TITLE:
        problems["title"] = _("件名は改行のない%(most)s文字以内にしてください。") % {"most": LONGEST_TITLE}
    return problems


def example(names: Iterable[str]) -> dict[str, str]:
    return {name: PLACEHOLDERS[name][1] if name in PLACEHOLDERS else f"({name})" for name in names}


def text_of(key: str, original: Words, own: Mapping[str, NoticeText]) -> Text:
    """The text in force: the administrator's own, else the original."""
    row = own.get(key)
    source: Words = row if row else original
    return Text(title=source.title, body=source.body, act=source.act)


def own_texts(keys: Iterable[str] | None = None) -> dict[str, NoticeText]:
    """{key: the administrator's own text}. One query."""
    rows = NoticeText.objects.all() if keys is None else NoticeText.objects.filter(key__in=list(keys))
    return {row.key: row for row in rows.select_related("changed_by")}


def change(*, user: User, key: str, text: Text, names: Iterable[str]) -> NoticeText:
    """Put the administrator's text in the original's place. Raises Invalid with a sentence for each part."""
    with transaction.atomic():
        require_administrator(user, _("お知らせの文面は管理者が変更します。"))
        if problems := problems_of(text, names):
            raise Invalid(_("文面を確かめてください。"), problems)
        before = NoticeText.objects.select_for_update(no_key=True).filter(key=key).first()
        old = {part: getattr(before, part) for part in PARTS} if before else {}
        row, _made = NoticeText.objects.update_or_create(
            key=key, defaults={**vars(text), "changed_by": user, "changed_at": clock.now()}
        )
        audit.write(user, "notice_text.change", f"notice_text:{key}", before=old, after=vars(text))
        return row


def restore(*, user: User, key: str) -> bool:
    """Return to the original text; False where it was in force already."""
    with transaction.atomic():
        require_administrator(user, _("お知らせの文面は管理者が変更します。"))
        row = NoticeText.objects.select_for_update(no_key=True).filter(key=key).first()
        if row is None:
            return False
        old = {part: getattr(row, part) for part in PARTS}
        row.delete()
        audit.write(user, "notice_text.restore", f"notice_text:{key}", before=old)
        return True
