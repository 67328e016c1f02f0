"""権限の一覧: who may do what, read from the very rules that the door asks (`permissions.ACCESS`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from review import permissions
from review.holders import Person, Standing
from review.models import Role, User
from review.screens.views.signed_in import SignedInRequest

#: The departments of the nine identities; what matters is which of them owns the sheet.
OWN, RELATED, OTHER = 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One column of the table."""

    key: str
    label: Any
    roles: frozenset[str] = frozenset()
    department: int | None = None

    def person(self) -> Person:
        """Somebody of this identity, as far as a rule can see. Never saved."""
        if self.key == "anonymous":
            return AnonymousUser()
        departments = frozenset() if self.department is None else frozenset({self.department})
        user = User()
        user.__dict__["_standing"] = Standing(
            roles=self.roles, departments=departments, headed=departments if Role.HEAD in self.roles else frozenset()
        )
        return user


def _of(role: Role, label: Any, department: int | None = None, key: str = "") -> Identity:
    return Identity(key=key or role.value, label=label, roles=frozenset({role.value}), department=department)


IDENTITIES = (
    Identity(key="anonymous", label=gettext_lazy("サインインしていない人")),
    _of(Role.CONTRIBUTOR, gettext_lazy("担当者(主管課)"), OWN, "contributor"),
    _of(Role.HEAD, gettext_lazy("所属長(主管課)"), OWN),
    _of(Role.CONTRIBUTOR, gettext_lazy("担当者(関連課)"), RELATED, "related"),
    _of(Role.CONTRIBUTOR, gettext_lazy("担当者(他の課)"), OTHER, "other"),
    _of(Role.REVIEWER, gettext_lazy("確認者")),
    _of(Role.APPROVER, gettext_lazy("承認者")),
    _of(Role.ADMINISTRATOR, gettext_lazy("管理者")),
    _of(Role.AUDITOR, gettext_lazy("監査")),
)

#: What else is checked where the thing itself is known: the sheet's owner, or whose content one may read.
OF_OWN_SHEETS, OF_READABLE_SHEETS, OF_OWN_THINGS = "own", "readable", "mine"

CONDITIONS = {
    OF_OWN_SHEETS: gettext_lazy("自分の課が主管するシートだけ"),
    OF_READABLE_SHEETS: gettext_lazy("自分の課が主管・関連するシートだけ"),
    OF_OWN_THINGS: gettext_lazy("自分のものだけ"),
}


@dataclass(frozen=True, kw_only=True)
class Act:
    """What an address is for, in words; and what is checked beyond its rule."""

    label: Any
    scope: str = ""
    condition: Any = ""


def _act(label: Any, scope: str = "", condition: Any = "") -> Act:
    return Act(label=label, scope=scope, condition=condition)


NOT_ONES_OWN = gettext_lazy("自分が提出したシートは不可")
NOT_ONES_OWN_OR_REVIEWED = gettext_lazy("自分が提出・確認したシートは不可")
ONES_OWN_REVIEW = gettext_lazy("自分の確認だけ。承認者が判断するまで")
ONES_OWN_APPROVAL = gettext_lazy("自分の承認だけ。公表を決定するまで")
BY_CONFIRMATION = gettext_lazy("承認者の確認で効力を生じる")
WHILE_OPEN = gettext_lazy("シートが受付中のあいだ")

MANAGERS_SEE_ALL = gettext_lazy("確認者と管理者は全員の分")
MANAGERS_NAME_ALL = gettext_lazy("確認者と管理者はほかの人の分も")

#: group -> address -> act
ACTS: dict[Any, dict[str, Act]] = {
    gettext_lazy("公表された結果"): {
        "publication:index": _act(gettext_lazy("公表された年度の一覧を見る")),
        "publication:year": _act(gettext_lazy("公表版を読む")),
        "publication:measure": _act(gettext_lazy("公表版の施策を読む")),
        "publication:method": _act(gettext_lazy("判定の方法を読む")),
        "publication:departments": _act(gettext_lazy("公表版を部署別に見る")),
        "publication:errata": _act(gettext_lazy("正誤表を読む")),
        "publication:compare": _act(gettext_lazy("年度や版を比べる")),
        "publication:run": _act(gettext_lazy("施策の計画期間の推移を見る")),
        "publication:open_data": _act(gettext_lazy("オープンデータの説明を読む")),
        "publication:schema": _act(gettext_lazy("データの形式の定義を受け取る")),
        "publication:download": _act(gettext_lazy("公表版のファイルを受け取る")),
        "publication:pdf": _act(gettext_lazy("公表版の PDF を受け取る")),
        "publication:data": _act(gettext_lazy("公表版のデータを受け取る")),
    },
    gettext_lazy("施策シート"): {
        "meguri:sheet": _act(gettext_lazy("公表前のシートを読む"), OF_READABLE_SHEETS),
        "meguri:evidence": _act(gettext_lazy("根拠資料の一覧を見る"), OF_READABLE_SHEETS),
        "meguri:evidence_file": _act(gettext_lazy("根拠資料を受け取る"), OF_READABLE_SHEETS),
        "meguri:comment": _act(
            gettext_lazy("項目にコメントする"), OF_READABLE_SHEETS, gettext_lazy("管理者と監査は読むだけ")
        ),
        "meguri:mine": _act(gettext_lazy("メールから自分のシートを開く"), OF_OWN_THINGS),
        "meguri:resume": _act(gettext_lazy("入力の続きを開く"), OF_READABLE_SHEETS),
        "meguri:concurrence_ask": _act(
            gettext_lazy("合議を依頼する"), OF_OWN_SHEETS, gettext_lazy("確認者が判断するまで")
        ),
        "meguri:concurrence_answer": _act(
            gettext_lazy("合議に回答する"), OF_OWN_THINGS, gettext_lazy("依頼された部署だけ")
        ),
        "meguri:entry": _act(gettext_lazy("実績を入力する"), OF_OWN_SHEETS, WHILE_OPEN),
        "meguri:extension": _act(gettext_lazy("期限の延長を依頼する"), OF_OWN_SHEETS),
        "meguri:autosave": _act(gettext_lazy("下書きを保存する"), OF_OWN_SHEETS, WHILE_OPEN),
        "meguri:reading": _act(gettext_lazy("入力中の値の読み取りを見る"), OF_OWN_SHEETS, WHILE_OPEN),
        "meguri:evidence_add": _act(gettext_lazy("根拠資料を付ける"), OF_OWN_SHEETS, WHILE_OPEN),
        "meguri:evidence_remove": _act(gettext_lazy("根拠資料を外す"), OF_OWN_SHEETS, WHILE_OPEN),
        "meguri:entry_book": _act(gettext_lazy("記入用ブックを受け取る"), OF_OWN_SHEETS),
        "meguri:upload": _act(gettext_lazy("記入用ブックを読み込む"), OF_OWN_SHEETS),
        "meguri:upload_review": _act(gettext_lazy("読み込む前に差を確かめる"), OF_OWN_THINGS),
        "meguri:upload_apply": _act(gettext_lazy("読み込みを反映する"), OF_OWN_THINGS, WHILE_OPEN),
        "meguri:submit": _act(gettext_lazy("提出する"), OF_OWN_SHEETS, WHILE_OPEN),
        "meguri:recall": _act(gettext_lazy("提出を取り下げる"), OF_OWN_SHEETS, gettext_lazy("確認者が判断するまで")),
        "meguri:endorse": _act(gettext_lazy("所属長として確認する"), OF_OWN_SHEETS, gettext_lazy("所属長だけ")),
    },
    gettext_lazy("確認と承認"): {
        "meguri:queue": _act(gettext_lazy("確認待ちの一覧を見る")),
        "meguri:review": _act(gettext_lazy("確認する・差し戻す"), "", NOT_ONES_OWN),
        "meguri:withdraw_review": _act(gettext_lazy("確認を取り消す"), "", ONES_OWN_REVIEW),
        "meguri:claim": _act(gettext_lazy("自分が確認中にする")),
        "meguri:together": _act(gettext_lazy("まとめて確認する前に見比べる")),
        "meguri:confirm_many": _act(gettext_lazy("まとめて確認する"), "", NOT_ONES_OWN),
        "meguri:grade": _act(gettext_lazy("達成区分を判断する")),
        "meguri:definitions": _act(gettext_lazy("指標の定義を確認する")),
        "meguri:propose_outcome": _act(gettext_lazy("未提出・対象外を提案する")),
        "meguri:board": _act(gettext_lazy("審議の画面を見る")),
        "meguri:approve": _act(gettext_lazy("承認する・差し戻す"), "", NOT_ONES_OWN_OR_REVIEWED),
        "meguri:withdraw_approval": _act(gettext_lazy("承認を取り消す"), "", ONES_OWN_APPROVAL),
        "meguri:approve_many": _act(gettext_lazy("まとめて承認する"), "", NOT_ONES_OWN_OR_REVIEWED),
        "meguri:decide_outcome": _act(
            gettext_lazy("未提出・対象外を決定する"), "", gettext_lazy("自分が提案したものは不可")
        ),
        "meguri:decide": _act(gettext_lazy("公表を決定する")),
        "meguri:board_print": _act(gettext_lazy("審議の画面を印刷する")),
        "meguri:meeting": _act(gettext_lazy("会議を記録する")),
        "meguri:meeting_amend": _act(gettext_lazy("会議の記録を直す")),
        "meguri:record": _act(gettext_lazy("会議の決定をシートごとに記録する"), "", BY_CONFIRMATION),
        "meguri:record_many": _act(gettext_lazy("会議の決定をまとめて記録する"), "", BY_CONFIRMATION),
        "meguri:confirm_records": _act(
            gettext_lazy("事務局が記録した決定を確認する"), "", gettext_lazy("自分が記録・提出・確認したものは不可")
        ),
        "meguri:drop_record": _act(gettext_lazy("記録した決定を取り消す・採用しない")),
    },
    gettext_lazy("公表後の訂正"): {
        "meguri:correction_preview": _act(gettext_lazy("訂正版を公表前の画面で見る")),
        "meguri:correction_start": _act(gettext_lazy("公表版の訂正を始める")),
        "meguri:correction": _act(gettext_lazy("公表前の訂正を読む")),
        "meguri:correction_items": _act(gettext_lazy("正しい内容と理由を入力する")),
        "meguri:correction_submit": _act(gettext_lazy("訂正の決定を依頼する")),
        "meguri:correction_drop": _act(gettext_lazy("訂正を取りやめる")),
        "meguri:correction_decide": _act(
            gettext_lazy("訂正を決定する・差し戻す"), "", gettext_lazy("自分が準備した訂正は不可")
        ),
    },
    gettext_lazy("年度とファイル"): {
        "meguri:progress": _act(gettext_lazy("年度の進捗を見る")),
        "meguri:files": _act(gettext_lazy("ファイルの一覧を見る")),
        "meguri:download": _act(gettext_lazy("公表前のファイルを受け取る"), OF_READABLE_SHEETS),
        "meguri:bundle_make": _act(gettext_lazy("公表したサイトを静的なファイルにする")),
        "meguri:preview": _act(gettext_lazy("公表前の画面を見る")),
        "meguri:cycles": _act(gettext_lazy("年度の一覧を見る")),
        "meguri:cycle": _act(gettext_lazy("期限を設定する")),
        "meguri:scale": _act(gettext_lazy("達成区分を選ぶ")),
        "meguri:extend": _act(gettext_lazy("シートの期限を延長する"), "", gettext_lazy("自分の課のシートは不可")),
        "meguri:extension_decide": _act(
            gettext_lazy("延長の依頼に答える"), "", gettext_lazy("自分が依頼したものは不可")
        ),
        "meguri:department_deadlines": _act(gettext_lazy("部署ごとの期限を決める")),
        "meguri:reminders": _act(gettext_lazy("催促の日を決め、一時止める")),
        "meguri:nudge": _act(gettext_lazy("督促の一覧を見る"), "", gettext_lazy("送るのは確認者だけ")),
        "meguri:closing_days": _act(gettext_lazy("閉庁日を登録する")),
        "meguri:open_year": _act(gettext_lazy("年度を開始する")),
    },
    gettext_lazy("計画の変更"): {
        "meguri:plan_changes": _act(gettext_lazy("計画の変更の一覧を見る")),
        "meguri:plan_change_new": _act(gettext_lazy("計画の変更を提案する")),
        "meguri:plan_change": _act(
            gettext_lazy("計画の変更の内容を見る"), "", gettext_lazy("決定は承認者。自分が提案したものは不可")
        ),
    },
    gettext_lazy("利用者と代決"): {
        "meguri:people": _act(gettext_lazy("利用者の一覧を見る")),
        "meguri:person": _act(gettext_lazy("利用者の役割と仕事を見る"), "", gettext_lazy("変更は管理者だけ")),
        "meguri:hand_over": _act(gettext_lazy("仕事を引き継ぐ")),
        "meguri:person_new": _act(gettext_lazy("利用者を登録する")),
        "meguri:people_import": _act(gettext_lazy("利用者の一覧を取り込む")),
        "meguri:departments": _act(gettext_lazy("部署を見る・加える")),
        "meguri:reorganise": _act(gettext_lazy("組織改正を登録する")),
        "meguri:reorganisation_withdraw": _act(gettext_lazy("組織改正を取り消す")),
        "meguri:person_password": _act(gettext_lazy("仮のパスワードを発行する")),
        "meguri:person_appoint": _act(gettext_lazy("任用する")),
        "meguri:post_end": _act(gettext_lazy("役割を終える")),
        "meguri:transfer": _act(gettext_lazy("人事異動を登録する")),
        "meguri:person_deactivate": _act(gettext_lazy("利用を停止する")),
        "meguri:person_reactivate": _act(gettext_lazy("利用を再開する")),
        "meguri:proxies": _act(gettext_lazy("代決と後閲の画面を見る"), OF_OWN_THINGS, MANAGERS_SEE_ALL),
        "meguri:proxy_new": _act(gettext_lazy("代決者を指名する"), OF_OWN_THINGS, MANAGERS_NAME_ALL),
        "meguri:proxy_withdraw": _act(gettext_lazy("代決者の指名を取り消す"), OF_OWN_THINGS, MANAGERS_NAME_ALL),
        "meguri:proxy_read": _act(gettext_lazy("後閲する"), OF_OWN_THINGS, gettext_lazy("代決された本人だけ")),
    },
    gettext_lazy("管理"): {
        "meguri:jobs": _act(gettext_lazy("処理の状況を見る")),
        "meguri:retry_all": _act(gettext_lazy("失敗した処理をすべて再実行する")),
        "meguri:job_retry": _act(gettext_lazy("処理を再実行する")),
        "meguri:job_give_up": _act(gettext_lazy("処理を中止する")),
        "meguri:event_release": _act(gettext_lazy("保留した出来事を再び配達する")),
        "meguri:mail_release": _act(gettext_lazy("保留したメールを再び送る")),
        "meguri:notice_texts": _act(gettext_lazy("お知らせの文面の一覧を見る")),
        "meguri:notice_text": _act(gettext_lazy("お知らせの文面を変える")),
        "meguri:audit": _act(gettext_lazy("監査記録を読む")),
        "meguri:audit_export": _act(gettext_lazy("監査記録を書き出す")),
        "meguri:anonymise": _act(
            gettext_lazy("離任した人を匿名化する"), "", gettext_lazy("役割がすべて終わった人だけ")
        ),
        "meguri:second_factors": _act(gettext_lazy("二段階認証の利用者を見る")),
        "meguri:second_factor_off": _act(
            gettext_lazy("ほかの人の二段階認証を無効にする"), "", gettext_lazy("理由が監査記録に残る")
        ),
        "admin:index": _act(gettext_lazy("データベースの行を読む"), "", gettext_lazy("何も変更できない")),
    },
    gettext_lazy("自分のこと"): {
        "meguri:home": _act(gettext_lazy("ホームを開く")),
        "meguri:help": _act(gettext_lazy("手引きを読む")),
        "meguri:access": _act(gettext_lazy("この一覧を見る")),
        "meguri:personal_data": _act(gettext_lazy("個人情報の取扱いを読む")),
        "meguri:notices": _act(gettext_lazy("通知を読む"), OF_OWN_THINGS),
        "meguri:notices_read": _act(gettext_lazy("通知を既読にする"), OF_OWN_THINGS),
        "meguri:notice_settings": _act(gettext_lazy("お知らせの受け取り方を決める"), OF_OWN_THINGS),
        "password_change": _act(gettext_lazy("パスワードを変更する"), OF_OWN_THINGS),
        "second_factor_settings": _act(gettext_lazy("二段階認証を設定する"), OF_OWN_THINGS),
    },
}

#: Addresses that are no act of anybody: signing in and out, the language, the health checks.
NO_ACT = frozenset(
    {
        # the same acts in English, and for programs
        *(name for name in permissions.ACCESS if name.startswith(("publication_en:", "api:"))),
        "healthz",
        "readyz",
        "set_language",
        "login",
        "logout",
        "second_factor",
        "single_sign_on",
        "single_sign_on_return",
        "password_change_done",
    }
)


@require_safe
def access(request: SignedInRequest) -> HttpResponse:
    """The table, for everyone signed in: rules are no secret."""
    context = {
        "page_title": _("権限の一覧"),
        "breadcrumbs": [{"label": _("ホーム"), "url": reverse("meguri:home")}, {"label": _("権限の一覧"), "url": ""}],
        "identities": IDENTITIES,
        "groups": [{"label": group, "rows": list(rows(acts))} for group, acts in ACTS.items()],
    }
    return render(request, "screens/access.html", context)


def rows(acts: dict[str, Act]) -> Iterator[dict[str, Any]]:
    """One row an act: its words, yes or no for each identity, and what else is checked."""
    people = [(identity, identity.person()) for identity in IDENTITIES]
    for address, act in acts.items():
        yield {
            "label": act.label,
            "cells": [may(identity, person, address, act) for identity, person in people],
            "conditions": [words for words in (CONDITIONS.get(act.scope), act.condition) if words],
        }


def may(identity: Identity, person: Person, address: str, act: Act) -> bool:
    """Whether the rule lets the identity do the act on a sheet of the department OWN."""
    if not permissions.may_visit(person, address):
        return False
    if act.scope == OF_OWN_SHEETS:
        return identity.department == OWN
    if act.scope == OF_READABLE_SHEETS and identity.department is not None:
        return identity.department in (OWN, RELATED)
    return True
