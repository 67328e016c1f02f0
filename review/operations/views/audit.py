"""監査記録: who did what, when and from where; to search, never to change."""

import re
import uuid
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from review.models import AuditEntry, Cycle, MeasureReview, User
from review.operations.forms.audit import AuditSearchForm
from review.operations.services import anchors
from review.screens.views.acts import crumbs
from review.screens.views.signed_in import SignedInRequest
from review.templatetags.words import day_text, fiscal_year
from review.trail.services import database_roles

PAGE = 50

#: action -> its words. An action without a line here shows its code.
ACTIONS: dict[str, Any] = {
    "sign_in": gettext_lazy("サインイン"),
    "sign_in.failed": gettext_lazy("サインインの失敗"),
    "sign_in.emergency": gettext_lazy("非常用アカウントの使用"),
    "sign_out": gettext_lazy("サインアウト"),
    "password.change": gettext_lazy("パスワードの変更"),
    "second_factor.on": gettext_lazy("二段階認証を有効にした"),
    "second_factor.off": gettext_lazy("二段階認証を無効にした"),
    "second_factor.recovery": gettext_lazy("回復コードの使用"),
    "second_factor.failed": gettext_lazy("二段階認証の失敗"),
    "identity.link": gettext_lazy("シングルサインオンとの結び付け"),
    "user.create": gettext_lazy("利用者の追加"),
    "user.change": gettext_lazy("利用者の変更"),
    "post.begin": gettext_lazy("役割の開始"),
    "post.end": gettext_lazy("役割の終了"),
    "user.anonymise": gettext_lazy("離任した人の匿名化"),
    "retention.remove": gettext_lazy("保存期間を過ぎたお知らせとメールの削除"),
    "password.reset": gettext_lazy("パスワードの再設定"),
    "audit.export": gettext_lazy("監査記録の書出し"),
    "download": gettext_lazy("ダウンロード"),
    "export": gettext_lazy("コマンドでの書出し"),
    "draft.save": gettext_lazy("下書きの保存"),
    "target.change": gettext_lazy("来年度の目標の変更"),
    "submit": gettext_lazy("提出"),
    "recall": gettext_lazy("取下げ"),
    "endorse": gettext_lazy("所属長の確認"),
    "claim": gettext_lazy("担当の表示"),
    "claim.release": gettext_lazy("担当の表示の取消し"),
    "confirm": gettext_lazy("確認"),
    "return": gettext_lazy("差戻し"),
    "return.approval": gettext_lazy("差戻し(承認の段階から部署へ)"),
    "confirm.withdraw": gettext_lazy("確認の取消し"),
    "approve": gettext_lazy("承認"),
    "approve.withdraw": gettext_lazy("承認の取消し"),
    "approval.return": gettext_lazy("差戻し(承認の段階)"),
    "comment": gettext_lazy("コメント"),
    "concurrence.ask": gettext_lazy("合議の依頼"),
    "concurrence.ask_again": gettext_lazy("合議の再依頼"),
    "concurrence.answer": gettext_lazy("合議の回答"),
    "concurrence.silent": gettext_lazy("合議の期限までに回答なし"),
    "grade.give": gettext_lazy("達成区分の判断"),
    "direction.decide": gettext_lazy("指標の向きの決定"),
    "definition.confirm": gettext_lazy("指標の定義の確認"),
    "outcome.propose": gettext_lazy("未提出・対象外の提案"),
    "settle": gettext_lazy("未提出・対象外の決定"),
    "outcome.refuse": gettext_lazy("未提出・対象外の提案の却下"),
    "sheet.extend": gettext_lazy("期限の延長"),
    "extension.ask": gettext_lazy("期限の延長の依頼"),
    "extension.refuse": gettext_lazy("期限の延長の見送り"),
    "meeting.record": gettext_lazy("会議の記録"),
    "meeting.amend": gettext_lazy("会議の記録の訂正"),
    "decision.record": gettext_lazy("本部の決定の記録"),
    "decision.record.drop": gettext_lazy("本部の決定の記録の取消し"),
    "rating.give": gettext_lazy("総合評価の判断"),
    "opinion.write": gettext_lazy("本部評価・意見の記入"),
    "items.write": gettext_lazy("確認者や承認者が書く項目の記入"),
    "external_opinion.record": gettext_lazy("外部評価の意見の記録"),
    "external_opinion.withdraw": gettext_lazy("外部評価の意見の取消し"),
    "entry_book.issue": gettext_lazy("記入用ブックの作成"),
    "upload.receive": gettext_lazy("記入用ブックの受付"),
    "upload.apply": gettext_lazy("記入用ブックの反映"),
    "evidence.add": gettext_lazy("根拠資料の添付"),
    "evidence.remove": gettext_lazy("根拠資料の削除"),
    "evidence.download": gettext_lazy("根拠資料のダウンロード"),
    "cycle.deadlines": gettext_lazy("期限の設定"),
    "cycle.department_deadlines": gettext_lazy("部署ごとの期限の設定"),
    "cycle.reminders": gettext_lazy("催促の日の設定"),
    "closing_day.add": gettext_lazy("閉庁日の登録"),
    "closing_day.remove": gettext_lazy("閉庁日の取消し"),
    "reminders.pause": gettext_lazy("催促の一時停止"),
    "reminders.resume": gettext_lazy("催促の再開"),
    "reminders.nudge": gettext_lazy("督促"),
    "notice_text.change": gettext_lazy("お知らせの文面の変更"),
    "notice_text.restore": gettext_lazy("お知らせの文面を元に戻す"),
    "notice.choose": gettext_lazy("お知らせの受け取り方の変更"),
    "cycle.open": gettext_lazy("年度の開始"),
    "cycle.launch": gettext_lazy("施策シートの用意"),
    "cycle.ready": gettext_lazy("公表の決定待ち"),
    "incident.begin": gettext_lazy("遅れの始まり"),
    "summary.save": gettext_lazy("計画期間の総括の保存"),
    "summary.submit": gettext_lazy("計画期間の総括の決定の依頼"),
    "summary.return": gettext_lazy("計画期間の総括の差戻し"),
    "summary.publish": gettext_lazy("計画期間の総括の公表"),
    "summary.reopen": gettext_lazy("計画期間の総括の訂正の開始"),
    "plan.take_over": gettext_lazy("次期計画への引継ぎ"),
    "plan.end": gettext_lazy("計画期間の終わり"),
    "cycle.draft": gettext_lazy("次の年度の準備"),
    "cycle.scale": gettext_lazy("達成区分の選択"),
    "cycle.form": gettext_lazy("様式の変更"),
    "cycle.decide": gettext_lazy("公表の決定"),
    "cycle.return": gettext_lazy("年度の決定での差戻し"),
    "cycle.wait_again": gettext_lazy("承認の取消しで公表の決定待ちを解除"),
    "edition.publish": gettext_lazy("公表"),
    "edition.correct": gettext_lazy("訂正版の公表"),
    "edition.file": gettext_lazy("公表版のファイルの作成"),
    "correction.start": gettext_lazy("訂正の開始"),
    "correction.save": gettext_lazy("訂正の内容の保存"),
    "correction.submit": gettext_lazy("訂正の提出"),
    "correction.drop": gettext_lazy("訂正の取りやめ"),
    "correction.accept": gettext_lazy("訂正版の公表の決定"),
    "correction.return": gettext_lazy("訂正の差戻し"),
    "correction.left": gettext_lazy("訂正が及ばなかった項目"),
    "plan.create": gettext_lazy("計画の作成"),
    "plan.change": gettext_lazy("計画の設定の変更"),
    "plan.import": gettext_lazy("計画の取込み"),
    "plan.file": gettext_lazy("計画のファイルの読取り"),
    "plan.file_read": gettext_lazy("計画のファイルの読み方の訂正"),
    "plan.file_take": gettext_lazy("計画のファイルの取込みの依頼"),
    "plan.file_drop": gettext_lazy("計画のファイルの取込みの取りやめ"),
    "plan.blank_form": gettext_lazy("計画の記入様式の受取り"),
    "plan.structure": gettext_lazy("計画の体系の変更"),
    "job.retry": gettext_lazy("処理の再実行"),
    "job.retry_all": gettext_lazy("失敗した処理のすべての再実行"),
    "bundle.request": gettext_lazy("静的サイトの作成の依頼"),
    "job.give_up": gettext_lazy("処理の中止"),
    "event.release": gettext_lazy("出来事の再配達"),
    "mail.release": gettext_lazy("メールの再送"),
    "mail.let_go": gettext_lazy("メールの送信の再開"),
    "backup.restore": gettext_lazy("バックアップからの復元"),
    "measure.edit": gettext_lazy("準備中の年度の施策の変更"),
    "measure.add": gettext_lazy("準備中の年度の施策の追加"),
    "measure.end": gettext_lazy("準備中の年度の施策の廃止"),
    "plan_change.propose": gettext_lazy("計画の変更の提案"),
    "plan_change.accept": gettext_lazy("計画の変更"),
    "plan_change.refuse": gettext_lazy("計画の変更の不採用"),
    "plan_change.sheet": gettext_lazy("計画の変更の反映"),
    "plan_change.clear": gettext_lazy("計画の変更の反映"),
    "reorganisation.plan": gettext_lazy("組織改正の登録"),
    "reorganisation.people": gettext_lazy("組織改正による異動"),
    "reorganisation.apply": gettext_lazy("組織改正の施行"),
    "reorganisation.withdraw": gettext_lazy("組織改正の取消し"),
    "department.add": gettext_lazy("部署の追加"),
    "people.import": gettext_lazy("利用者の取込み"),
    "proxy.name": gettext_lazy("代決者の指名"),
    "proxy.withdraw": gettext_lazy("代決者の指名の取消し"),
    "step.ask": gettext_lazy("新しい担当者への依頼"),
    "proxy.end": gettext_lazy("代決の終わり"),
    "proxy.resume": gettext_lazy("代決の再開"),
    "proxy.decide": gettext_lazy("代決"),
    "proxy.read": gettext_lazy("後閲"),
    "work.hand_over": gettext_lazy("仕事の引継ぎ"),
    "user.enrol": gettext_lazy("利用者の登録"),
    "people.passwords_anew": gettext_lazy("仮のパスワードのまとめての発行"),
    "people.passwords_fetched": gettext_lazy("仮のパスワードの一覧の受取り"),
    "people.passwords_removed": gettext_lazy("受け取られなかった仮のパスワードの削除"),
    "department.list": gettext_lazy("部署の一覧の登録"),
    "city.change": gettext_lazy("自治体と問い合わせ先の変更"),
    "user.password_reset": gettext_lazy("仮のパスワードの発行"),
    "user.deactivate": gettext_lazy("利用の停止"),
    "user.reactivate": gettext_lazy("利用の再開"),
    "admin.add": gettext_lazy("管理画面での追加"),
    "admin.change": gettext_lazy("管理画面での変更"),
}

#: kind of subject -> its words
SUBJECTS = {
    "review": gettext_lazy("施策シート"),
    "cycle": gettext_lazy("年度"),
    "user": gettext_lazy("利用者"),
    "artifact": gettext_lazy("ファイル"),
    "upload": gettext_lazy("記入用ブック"),
    "job": gettext_lazy("処理"),
    "event": gettext_lazy("出来事"),
    "mail": gettext_lazy("メール"),
    "plan": gettext_lazy("計画"),
    "department": gettext_lazy("部署"),
    "closing_day": gettext_lazy("閉庁日"),
    "notice_text": gettext_lazy("お知らせの文面"),
    "appointment": gettext_lazy("任用"),
    "proxy": gettext_lazy("代決"),
    "reorganisation": gettext_lazy("組織改正"),
    "people": gettext_lazy("利用者の一覧"),
    "plan_change": gettext_lazy("計画の変更"),
    "measure": gettext_lazy("施策"),
    "audit": gettext_lazy("監査記録"),
    "retention": gettext_lazy("保存期間"),
}


@require_safe
def audit(request: SignedInRequest) -> HttpResponse:
    """The trail, newest first, narrowed by what the address asks for."""
    form = AuditSearchForm(request.GET, actions=ACTIONS)
    rows: QuerySet[AuditEntry] = AuditEntry.objects.order_by("-pk")
    if form.is_valid():
        rows = narrowed(rows, form.cleaned_data)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    entries = list(page.object_list)
    context = {
        "page_title": _("監査記録"),
        "breadcrumbs": crumbs(_("監査記録")),
        "form": form,
        "chain": chain(),
        "query": request.GET.urlencode(),
        "page_obj": page,
        "rows": shown(entries),
        "searching": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "operations/audit.html", context)


def chain() -> dict[str, Any]:
    """What vouches for the trail now: the last anchor, the window that none covers yet, whether an anchor is overdue, and
    who could change rows."""
    now = anchors.standing()
    return {
        "anchor": now.anchor,
        "window": now.window,
        "late": now.late,
        "changeable": database_roles.may_change_trail(),
    }


def narrowed(rows: QuerySet[AuditEntry], filters: dict[str, Any]) -> QuerySet[AuditEntry]:
    """The rows of that subject, act, person and span of days."""
    if filters["subject"]:
        rows = rows.filter(subject__in=subjects_named(filters["subject"]))
    if filters["action"]:
        rows = rows.filter(action=filters["action"])
    if filters["person"]:
        keys = User.objects.filter(display_name__icontains=filters["person"]).values_list("key", flat=True)
        rows = rows.filter(actor_key__in=list(keys))
    if filters["since"]:
        rows = rows.filter(at__gte=start_of(filters["since"]))
    if filters["until"]:
        rows = rows.filter(at__lt=start_of(filters["until"] + timedelta(days=1)))
    return rows


def start_of(day: Any) -> datetime:
    """Midnight of the day in the city."""
    return timezone.make_aware(datetime.combine(day, time()))


def subjects_named(text: str) -> list[str]:
    """The subjects a person may mean: `review:12` as it stands, or a 施策ID with its sheets of every year."""
    sheets = MeasureReview.objects.filter(measure_year__measure__code=text).values_list("pk", flat=True)
    return [text, *(f"review:{pk}" for pk in sheets)]


def shown(entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Rows as the page shows them: names in place of keys, words in place of codes. Three queries at most."""
    entries = list(entries)
    people = {user.key: user for user in User.objects.filter(key__in={e.actor_key for e in entries if e.actor_key})}
    named = names_of({entry.subject for entry in entries})
    return [
        {
            "entry": entry,
            "who": people[entry.actor_key].display_name if entry.actor_key in people else "",
            "key": str(entry.actor_key or ""),
            "action": ACTIONS.get(entry.action, entry.action),
            "subject": named.get(entry.subject, entry.subject),
            "changes": changes_of(entry),
        }
        for entry in entries
    ]


def names_of(subjects: set[str]) -> dict[str, str]:
    """Subjects in words: 施策シート 01-04 (令和6年度)."""
    ids: dict[str, list[str]] = {}
    for subject in subjects:
        kind, _colon, key = subject.partition(":")
        ids.setdefault(kind, []).append(key)
    names = {subject: word_of(subject) for subject in subjects}
    numbers = [key for key in ids.get("review", []) if key.isdigit()]
    sheets = MeasureReview.objects.filter(pk__in=numbers).select_related("measure_year__measure", "cycle")
    for sheet in sheets if numbers else ():
        names[f"review:{sheet.pk}"] = (
            f"{SUBJECTS['review']} {sheet.measure_year.measure.code} ({fiscal_year(sheet.cycle.fiscal_year)})"
        )
    years = [key for key in ids.get("cycle", []) if key.isdigit()]
    for cycle in Cycle.objects.filter(pk__in=years) if years else ():
        names[f"cycle:{cycle.pk}"] = fiscal_year(cycle.fiscal_year)
    keys = [key for key in ids.get("user", []) if _is_key(key)]
    for user in User.objects.filter(key__in=keys) if keys else ():
        names[f"user:{user.key}"] = f"{SUBJECTS['user']} {user.display_name}"
    return names


def word_of(subject: str) -> str:
    """The subject's kind in words, with its number."""
    kind, _colon, key = subject.partition(":")
    return f"{SUBJECTS.get(kind, kind)} {_day_text(key)}"


def _is_key(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def changes_of(entry: AuditEntry) -> list[dict[str, str]]:
    """What changed, one line a name: before and after."""
    names = [*entry.before, *(name for name in entry.after if name not in entry.before)]
    return [
        {"name": name, "before": plain(entry.before.get(name)), "after": plain(entry.after.get(name))} for name in names
    ]


#: How the trail stores days and moments.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[+-]\d\d:\d\d|Z)?)?", re.ASCII)


def _day_text(text: str) -> str:
    """A day or a moment as the other screens write it; any other text as it is."""
    if not _MOMENT.fullmatch(text):
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return day_text(local) if len(text) == len("2024-05-10") else f"{day_text(local)} {local:%H:%M}"


def plain(value: Any) -> str:
    """The value as text, short enough for a row."""
    text = "" if value is None else _day_text(str(value))
    return text if len(text) <= 200 else f"{text[:199]}…"
