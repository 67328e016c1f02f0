"""Every named address: the rule that whoever calls it must meet, and what it is for. The access table as data.

What a rule asks of a person is decided in `permissions`, which joins the two; an address that is missing here is refused
there, and a test fails.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Rule(StrEnum):
    """The name of a question in `permissions`."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    HOLDS_POST = "holds_post"
    WRITES_SHEETS = "writes_sheets"
    REVIEWS_OR_APPROVES = "reviews_or_approves"
    MAY_MANAGE_CYCLE = "may_manage_cycle"
    IS_REVIEWER = "is_reviewer"
    MAY_RETRY_JOBS = "may_retry_jobs"
    MAY_MANAGE_PEOPLE = "may_manage_people"
    SEES_BOARD = "sees_board"
    MAY_SEE_JOBS = "may_see_jobs"
    MAY_READ_AUDIT = "may_read_audit"
    IS_APPROVER = "is_approver"
    MAY_DOWNLOAD_YEAR = "may_download_year"
    MAY_SEE_CORRECTIONS = "may_see_corrections"
    MAY_PREPARE_CORRECTION = "may_prepare_correction"


#: What else is checked where the thing itself is known: the sheet's owner, or whose content one may read.
OF_OWN_SHEETS, OF_READABLE_SHEETS, OF_OWN_THINGS = "own", "readable", "mine"

CONDITIONS = {
    OF_OWN_SHEETS: _("自分の部署が主管するシートだけ"),
    OF_READABLE_SHEETS: _("自分の部署が主管・関連するシートだけ"),
    OF_OWN_THINGS: _("自分のものだけ"),
}


@dataclass(frozen=True, kw_only=True)
class Act:
    """The rule of an address, what it is for, in words, and what is checked beyond the rule.

    Without a rule, `permissions.may_visit` decides by the address itself.
    """

    rule: Rule | None
    label: Any
    scope: str = ""
    condition: Any = ""


def _act(rule: Rule | None, label: Any, scope: str = "", condition: Any = "") -> Act:
    return Act(rule=rule, label=label, scope=scope, condition=condition)


NOT_ONES_OWN = _("自分が提出したシートは不可")
NOT_ONES_OWN_OR_REVIEWED = _("自分が提出・確認したシートは不可")
ONES_OWN_REVIEW = _("自分の確認だけ。承認者が判断するまで")
ONES_OWN_APPROVAL = _("自分の承認だけ。公表を決定するまで")
BY_CONFIRMATION = _("承認者の確認で効力を生じる")
WHILE_OPEN = _("シートが受付中のあいだ")

WHILE_NONE = _("管理者が変えるのは確認者がいない間だけ")
MANAGERS_SEE_ALL = _("確認者と管理者は全員の分")
MANAGERS_NAME_ALL = _("確認者と管理者はほかの人の分も")

#: (group, {address: act})
ACTS: tuple[tuple[Any, dict[str, Act]], ...] = (
    (_("公表された結果"), {
        "publication:index": _act(Rule.ANYONE, _("公表された年度の一覧を見る")),
        "publication:plan": _act(Rule.ANYONE, _("計画の公表された年度の一覧を見る")),
        "publication:year": _act(Rule.ANYONE, _("公表版を読む")),
        "publication:measure": _act(Rule.ANYONE, _("公表版の施策を読む")),
        "publication:share_picture": _act(Rule.ANYONE, _("公表版の結果を一枚の絵で受け取る")),
        "publication:goal": _act(Rule.ANYONE, _("公表版の成果目標を読む")),
        "publication:goal_frame": _act(Rule.ANYONE, _("公表版の成果目標の図を他のサイトのページに置く")),
        "publication:goal_file": _act(Rule.ANYONE, _("公表版の成果目標の図や表を受け取る")),
        "publication:method": _act(Rule.ANYONE, _("判定の方法を読む")),
        "publication:departments": _act(Rule.ANYONE, _("公表版を部署別に見る")),
        "publication:errata": _act(Rule.ANYONE, _("正誤表を読む")),
        "publication:compare": _act(Rule.ANYONE, _("年度や版を比べる")),
        "publication:run": _act(Rule.ANYONE, _("施策の計画期間の推移を見る")),
        "publication:summary": _act(Rule.ANYONE, _("計画期間の総括を読む")),
        "publication:summary_data": _act(Rule.ANYONE, _("計画期間の総括のデータを受け取る")),
        "publication:feed": _act(Rule.ANYONE, _("公表と訂正のお知らせをフィードで受け取る")),
        "publication:plan_feed": _act(Rule.ANYONE, _("1つの計画の公表と訂正のお知らせをフィードで受け取る")),
        "publication:sitemap": _act(Rule.ANYONE, _("公表されたページの一覧を検索エンジンが読む")),
        "publication:catalog": _act(Rule.ANYONE, _("公表されたデータの目録を受け取る")),
        "publication:open_data": _act(Rule.ANYONE, _("オープンデータの説明を読む")),
        "publication:schema": _act(Rule.ANYONE, _("データの形式の定義を受け取る")),
        "publication:download": _act(Rule.ANYONE, _("公表版のファイルを受け取る")),
        "publication:pdf": _act(Rule.ANYONE, _("公表版の PDF を受け取る")),
        "publication:data": _act(Rule.ANYONE, _("公表版のデータを受け取る")),
    }),
    (_("施策シート"), {
        "meguri:sheet": _act(Rule.HOLDS_POST, _("公表前のシートを読む"), OF_READABLE_SHEETS),
        "meguri:evidence": _act(Rule.HOLDS_POST, _("根拠資料の一覧を見る"), OF_READABLE_SHEETS),
        "meguri:evidence_file": _act(Rule.HOLDS_POST, _("根拠資料を受け取る"), OF_READABLE_SHEETS),
        "meguri:comment": _act(
            Rule.HOLDS_POST, _("項目にコメントする"), OF_READABLE_SHEETS, _("管理者と監査は読むだけ")
        ),
        "meguri:mine": _act(Rule.SIGNED_IN, _("メールから自分のシートを開く"), OF_OWN_THINGS),
        "meguri:resume": _act(Rule.HOLDS_POST, _("入力の続きを開く"), OF_READABLE_SHEETS),
        "meguri:concurrence_ask": _act(
            Rule.WRITES_SHEETS, _("合議を依頼する"), OF_OWN_SHEETS, _("確認者が判断するまで")
        ),
        "meguri:concurrence_answer": _act(
            Rule.WRITES_SHEETS, _("合議に回答する"), OF_OWN_THINGS, _("依頼された部署だけ")
        ),
        "meguri:entry": _act(Rule.WRITES_SHEETS, _("実績を入力する"), OF_OWN_SHEETS, WHILE_OPEN),
        "meguri:extension": _act(Rule.WRITES_SHEETS, _("期限の延長を依頼する"), OF_OWN_SHEETS),
        "meguri:autosave": _act(Rule.WRITES_SHEETS, _("下書きを保存する"), OF_OWN_SHEETS, WHILE_OPEN),
        "meguri:reading": _act(Rule.WRITES_SHEETS, _("入力中の値の読み取りを見る"), OF_OWN_SHEETS, WHILE_OPEN),
        "meguri:evidence_add": _act(Rule.WRITES_SHEETS, _("根拠資料を付ける"), OF_OWN_SHEETS, WHILE_OPEN),
        "meguri:evidence_remove": _act(Rule.WRITES_SHEETS, _("根拠資料を外す"), OF_OWN_SHEETS, WHILE_OPEN),
        "meguri:entry_book": _act(Rule.WRITES_SHEETS, _("記入用ブックを受け取る"), OF_OWN_SHEETS),
        "meguri:upload": _act(Rule.WRITES_SHEETS, _("記入用ブックを読み込む"), OF_OWN_SHEETS),
        "meguri:upload_review": _act(Rule.WRITES_SHEETS, _("読み込む前に差を確かめる"), OF_OWN_THINGS),
        "meguri:upload_apply": _act(Rule.WRITES_SHEETS, _("読み込みを反映する"), OF_OWN_THINGS, WHILE_OPEN),
        "meguri:submit": _act(Rule.WRITES_SHEETS, _("提出する"), OF_OWN_SHEETS, WHILE_OPEN),
        "meguri:recall": _act(Rule.WRITES_SHEETS, _("提出を取り下げる"), OF_OWN_SHEETS, _("確認者が判断するまで")),
        "meguri:endorse": _act(Rule.WRITES_SHEETS, _("所属長として確認する"), OF_OWN_SHEETS, _("所属長だけ")),
    }),
    (_("確認と承認"), {
        "meguri:queue": _act(Rule.IS_REVIEWER, _("確認待ちの一覧を見る")),
        "meguri:review": _act(Rule.IS_REVIEWER, _("確認する・差し戻す"), "", NOT_ONES_OWN),
        "meguri:withdraw_review": _act(Rule.IS_REVIEWER, _("確認を取り消す"), "", ONES_OWN_REVIEW),
        "meguri:claim": _act(Rule.IS_REVIEWER, _("自分が確認中にする")),
        "meguri:together": _act(Rule.IS_REVIEWER, _("まとめて確認する前に見比べる")),
        "meguri:confirm_many": _act(Rule.IS_REVIEWER, _("まとめて確認する"), "", NOT_ONES_OWN),
        "meguri:at_work": _act(Rule.REVIEWS_OR_APPROVES, _("まとめて行ったことの進み具合を見る"), OF_OWN_THINGS),
        "meguri:grade": _act(Rule.REVIEWS_OR_APPROVES, _("達成区分を判断する")),
        "meguri:structure": _act(Rule.IS_REVIEWER, _("計画の体系を変える")),
        "meguri:definitions": _act(Rule.IS_REVIEWER, _("指標の定義を確認する")),
        "meguri:opinion_add": _act(Rule.IS_REVIEWER, _("外部評価の意見を記録する"), "", _("公表を決定するまで")),
        "meguri:opinion_withdraw": _act(Rule.IS_REVIEWER, _("外部評価の意見を取り消す"), "", _("公表を決定するまで")),
        "meguri:propose_outcome": _act(Rule.IS_REVIEWER, _("未提出・対象外を提案する")),
        "meguri:board": _act(Rule.SEES_BOARD, _("審議の画面を見る")),
        "meguri:approve": _act(Rule.IS_APPROVER, _("承認する・差し戻す"), "", NOT_ONES_OWN_OR_REVIEWED),
        "meguri:withdraw_approval": _act(Rule.IS_APPROVER, _("承認を取り消す"), "", ONES_OWN_APPROVAL),
        "meguri:approve_many": _act(Rule.IS_APPROVER, _("まとめて承認する"), "", NOT_ONES_OWN_OR_REVIEWED),
        "meguri:decide_outcome": _act(
            Rule.IS_APPROVER, _("未提出・対象外を決定する"), "", _("自分が提案したものは不可")
        ),
        "meguri:decide": _act(Rule.IS_APPROVER, _("公表を決定する")),
        "meguri:present": _act(Rule.SEES_BOARD, _("審議の施策を1件ずつ映す")),
        "meguri:meeting": _act(Rule.REVIEWS_OR_APPROVES, _("会議を記録する")),
        "meguri:meeting_amend": _act(Rule.REVIEWS_OR_APPROVES, _("会議の記録を直す")),
        "meguri:record": _act(Rule.IS_REVIEWER, _("会議の決定をシートごとに記録する"), "", BY_CONFIRMATION),
        "meguri:record_many": _act(Rule.IS_REVIEWER, _("会議の決定をまとめて記録する"), "", BY_CONFIRMATION),
        "meguri:confirm_records": _act(
            Rule.IS_APPROVER, _("事務局が記録した決定を確認する"), "", _("自分が記録・提出・確認したものは不可")
        ),
        "meguri:drop_record": _act(Rule.REVIEWS_OR_APPROVES, _("記録した決定を取り消す・採用しない")),
    }),
    (_("公表後の訂正"), {
        "meguri:correction_preview": _act(Rule.MAY_SEE_CORRECTIONS, _("訂正版を公表前の画面で見る")),
        "meguri:correction_start": _act(Rule.MAY_PREPARE_CORRECTION, _("公表版の訂正を始める")),
        "meguri:correction": _act(Rule.MAY_SEE_CORRECTIONS, _("公表前の訂正を読む")),
        "meguri:correction_items": _act(Rule.MAY_PREPARE_CORRECTION, _("正しい内容と理由を入力する")),
        "meguri:correction_submit": _act(Rule.MAY_PREPARE_CORRECTION, _("訂正の決定を依頼する")),
        "meguri:correction_drop": _act(Rule.MAY_PREPARE_CORRECTION, _("訂正を取りやめる")),
        "meguri:correction_decide": _act(
            Rule.IS_APPROVER, _("訂正を決定する・差し戻す"), "", _("自分が準備した訂正は不可")
        ),
    }),
    (_("年度とファイル"), {
        "meguri:progress": _act(Rule.HOLDS_POST, _("年度の進捗を見る")),
        "meguri:files": _act(Rule.HOLDS_POST, _("ファイルの一覧を見る")),
        "meguri:download": _act(Rule.HOLDS_POST, _("公表前のファイルを受け取る"), OF_READABLE_SHEETS),
        "meguri:paper_make": _act(Rule.MAY_DOWNLOAD_YEAR, _("本部会議資料と集約表のPDFを作る")),
        "meguri:sheet_paper_make": _act(Rule.HOLDS_POST, _("施策シートのPDFを作る"), OF_READABLE_SHEETS),
        "meguri:bundle_make": _act(Rule.MAY_RETRY_JOBS, _("公表したサイトを静的なファイルにする")),
        "meguri:preview": _act(Rule.MAY_DOWNLOAD_YEAR, _("公表前の画面を見る")),
        "meguri:cycles": _act(Rule.MAY_MANAGE_CYCLE, _("年度の一覧を見る")),
        "meguri:cycle": _act(Rule.MAY_MANAGE_CYCLE, _("期限を設定する")),
        "meguri:scale": _act(Rule.MAY_MANAGE_CYCLE, _("達成区分を選ぶ")),
        "meguri:year_form": _act(Rule.MAY_MANAGE_CYCLE, _("様式の項目を決める")),
        "meguri:form_preview": _act(Rule.MAY_MANAGE_CYCLE, _("様式の見え方を確かめる")),
        "meguri:extend": _act(Rule.MAY_MANAGE_CYCLE, _("シートの期限を延長する"), "", _("自分の部署のシートは不可")),
        "meguri:extension_decide": _act(
            Rule.MAY_MANAGE_CYCLE, _("延長の依頼に答える"), "", _("自分が依頼したものは不可")
        ),
        "meguri:department_deadlines": _act(Rule.MAY_MANAGE_CYCLE, _("部署ごとの期限を決める")),
        "meguri:reminders": _act(Rule.MAY_MANAGE_CYCLE, _("催促の日を決め、一時止める")),
        "meguri:nudge": _act(Rule.MAY_MANAGE_CYCLE, _("督促の一覧を見る"), "", _("送るのは確認者だけ")),
        "meguri:closing_days": _act(Rule.MAY_MANAGE_CYCLE, _("閉庁日を登録する")),
        "meguri:open_year": _act(Rule.MAY_MANAGE_CYCLE, _("年度を開始する")),
    }),
    (_("計画の変更"), {
        "meguri:plan_new": _act(Rule.MAY_MANAGE_PEOPLE, _("計画を作る")),
        "meguri:plan_appoint": _act(Rule.MAY_MANAGE_PEOPLE, _("計画の確認者・承認者を任用する")),
        **{
            f"meguri:{name}": _act(Rule.MAY_MANAGE_CYCLE, label, "", _("管理者が行うのは確認者がいない間だけ"))
            for name, label in (
                ("plan_import", _("計画のファイルを送る")),
                ("plan_import_check", _("読み取った内容を確かめて取り込む")),
                ("plan_import_form", _("計画の記入様式を受け取る")),
            )
        },
        "meguri:plan_end": _act(Rule.SEES_BOARD, _("計画期間が終わったあとの進め方を見る")),
        "meguri:summary": _act(
            Rule.SEES_BOARD, _("計画期間の総括を見る"), "", _("決定は承認者。自分が提案したものは不可")
        ),
        "meguri:summary_text": _act(Rule.IS_REVIEWER, _("計画全体の総括を書く")),
        "meguri:summary_measure": _act(Rule.IS_REVIEWER, _("施策の総括と最終の達成区分を書く")),
        "meguri:summary_submit": _act(Rule.IS_REVIEWER, _("総括の決定を依頼する")),
        "meguri:summary_reopen": _act(Rule.IS_REVIEWER, _("総括の訂正を始める")),
        "meguri:next_plan": _act(
            Rule.MAY_MANAGE_CYCLE, _("次期計画を作る"), "", _("管理者が作るのは確認者がいない間だけ")
        ),
        "meguri:first_year": _act(
            Rule.MAY_MANAGE_CYCLE, _("計画の最初の年度を準備する"), "", _("管理者が行うのは確認者がいない間だけ")
        ),
        "meguri:measures": _act(Rule.MAY_MANAGE_CYCLE, _("年度の施策の一覧を見る")),
        "meguri:measure_edit": _act(Rule.MAY_MANAGE_CYCLE, _("施策の内容を変える・変更を提案する"), "", WHILE_NONE),
        "meguri:measure_new": _act(Rule.MAY_MANAGE_CYCLE, _("施策を追加する・追加を提案する"), "", WHILE_NONE),
        "meguri:measure_end": _act(Rule.MAY_MANAGE_CYCLE, _("準備中の年度の施策を廃止する"), "", WHILE_NONE),
        "meguri:plan_changes": _act(Rule.SEES_BOARD, _("計画の変更の一覧を見る")),
        "meguri:plan_change_new": _act(Rule.IS_REVIEWER, _("計画の変更を提案する")),
        "meguri:plan_change": _act(
            Rule.SEES_BOARD, _("計画の変更の内容を見る"), "", _("決定は承認者。自分が提案したものは不可")
        ),
    }),
    (_("利用者と代決"), {
        "meguri:people": _act(Rule.MAY_MANAGE_CYCLE, _("利用者の一覧を見る")),
        "meguri:person": _act(Rule.MAY_MANAGE_CYCLE, _("利用者の役割と仕事を見る"), "", _("変更は管理者だけ")),
        "meguri:hand_over": _act(Rule.MAY_MANAGE_CYCLE, _("仕事を引き継ぐ")),
        "meguri:person_new": _act(Rule.MAY_MANAGE_PEOPLE, _("利用者を登録する")),
        "meguri:people_import": _act(Rule.MAY_MANAGE_PEOPLE, _("利用者の一覧を取り込む")),
        "meguri:first_passwords": _act(Rule.MAY_MANAGE_PEOPLE, _("仮のパスワードの一覧を一度だけ受け取る")),
        "meguri:first_passwords_anew": _act(Rule.MAY_MANAGE_PEOPLE, _("仮のパスワードをまとめて発行する")),
        "meguri:city": _act(Rule.MAY_MANAGE_PEOPLE, _("自治体名と問い合わせ先を決める")),
        "meguri:departments": _act(Rule.MAY_MANAGE_PEOPLE, _("部署を見る・加える")),
        "meguri:department_list": _act(Rule.MAY_MANAGE_PEOPLE, _("部署の一覧を入れる")),
        "meguri:reorganise": _act(Rule.MAY_MANAGE_PEOPLE, _("組織改正を登録する")),
        "meguri:reorganisation_withdraw": _act(Rule.MAY_MANAGE_PEOPLE, _("組織改正を取り消す")),
        "meguri:person_password": _act(Rule.MAY_MANAGE_PEOPLE, _("仮のパスワードを発行する")),
        "meguri:person_appoint": _act(Rule.MAY_MANAGE_PEOPLE, _("任用する")),
        "meguri:post_end": _act(Rule.MAY_MANAGE_PEOPLE, _("役割を終える")),
        "meguri:transfer": _act(Rule.MAY_MANAGE_PEOPLE, _("人事異動を登録する")),
        "meguri:person_deactivate": _act(Rule.MAY_MANAGE_PEOPLE, _("利用を停止する")),
        "meguri:person_reactivate": _act(Rule.MAY_MANAGE_PEOPLE, _("利用を再開する")),
        # whose proxy one may name or withdraw is checked on the proxy itself
        "meguri:proxies": _act(Rule.HOLDS_POST, _("代決と後閲の画面を見る"), OF_OWN_THINGS, MANAGERS_SEE_ALL),
        "meguri:proxy_new": _act(Rule.HOLDS_POST, _("代決者を指名する"), OF_OWN_THINGS, MANAGERS_NAME_ALL),
        "meguri:proxy_withdraw": _act(Rule.HOLDS_POST, _("代決者の指名を取り消す"), OF_OWN_THINGS, MANAGERS_NAME_ALL),
        "meguri:proxy_read": _act(Rule.SIGNED_IN, _("後閲する"), OF_OWN_THINGS, _("代決された本人だけ")),
    }),
    (_("管理"), {
        "meguri:plan": _act(Rule.MAY_MANAGE_CYCLE, _("計画の設定を見る・変える"), "", WHILE_NONE),
        "meguri:jobs": _act(Rule.MAY_SEE_JOBS, _("処理の状況を見る")),
        "meguri:retry_all": _act(Rule.MAY_RETRY_JOBS, _("失敗した処理をすべて再実行する")),
        "meguri:job_retry": _act(Rule.MAY_RETRY_JOBS, _("処理を再実行する")),
        "meguri:job_give_up": _act(Rule.MAY_RETRY_JOBS, _("処理を中止する")),
        "meguri:event_release": _act(Rule.MAY_RETRY_JOBS, _("保留したお知らせなどの準備をやり直す")),
        "meguri:mail_release": _act(Rule.MAY_RETRY_JOBS, _("保留したメールを再び送る")),
        "meguri:mail_let_go": _act(Rule.MAY_MANAGE_PEOPLE, _("復元のあとのメールの送信を再開する")),
        "meguri:mail_test": _act(Rule.MAY_MANAGE_PEOPLE, _("自分あてに試しのメールを送る")),
        "meguri:announce": _act(Rule.MAY_MANAGE_PEOPLE, _("全員へのお知らせの文を出す・下ろす")),
        "meguri:notice_texts": _act(Rule.MAY_MANAGE_PEOPLE, _("お知らせの文面の一覧を見る")),
        "meguri:notice_text": _act(Rule.MAY_MANAGE_PEOPLE, _("お知らせの文面を変える")),
        "meguri:audit": _act(Rule.MAY_READ_AUDIT, _("監査記録を読む")),
        "meguri:refused": _act(Rule.MAY_READ_AUDIT, _("断ったサインインを見る")),
        "meguri:audit_export": _act(Rule.MAY_READ_AUDIT, _("監査記録を書き出す")),
        "meguri:anonymise": _act(
            Rule.MAY_MANAGE_PEOPLE, _("離任した人を匿名化する"), "", _("役割がすべて終わった人だけ")
        ),
        "meguri:second_factors": _act(Rule.MAY_MANAGE_PEOPLE, _("二段階認証の利用者を見る")),
        "meguri:second_factor_off": _act(
            Rule.MAY_MANAGE_PEOPLE, _("ほかの人の二段階認証を無効にする"), "", _("理由が監査記録に残る")
        ),
        "admin:index": _act(None, _("データベースの行を読む"), "", _("何も変更できない")),
    }),
    (_("自分のこと"), {
        "meguri:home": _act(Rule.ANYONE, _("ホームを開く")),
        "meguri:help": _act(Rule.ANYONE, _("手引きを読む")),
        "meguri:access": _act(Rule.SIGNED_IN, _("この一覧を見る")),
        "meguri:personal_data": _act(Rule.SIGNED_IN, _("個人情報の取扱いを読む")),
        "meguri:notices": _act(Rule.SIGNED_IN, _("お知らせを読む"), OF_OWN_THINGS),
        "meguri:notices_read": _act(Rule.SIGNED_IN, _("お知らせを既読にする"), OF_OWN_THINGS),
        "meguri:notice_settings": _act(Rule.SIGNED_IN, _("お知らせの受け取り方を決める"), OF_OWN_THINGS),
        "password_change": _act(Rule.SIGNED_IN, _("パスワードを変更する"), OF_OWN_THINGS),
        "second_factor_settings": _act(Rule.SIGNED_IN, _("二段階認証を設定する"), OF_OWN_THINGS),
    }),
)  # fmt: skip

#: Addresses that are no act of anybody: signing in and out, the language, the health checks; and the same acts for programs.
NO_ACTS = {
    "healthz": Rule.ANYONE,
    "readyz": Rule.ANYONE,
    "metrics": Rule.ANYONE,
    "set_language": Rule.ANYONE,
    "login": Rule.ANYONE,
    "logout": Rule.ANYONE,
    # asks for the code of whoever just gave the right password; nobody is signed in before it
    "second_factor": Rule.ANYONE,
    "single_sign_on": Rule.ANYONE,
    "single_sign_on_return": Rule.ANYONE,
    "password_change_done": Rule.SIGNED_IN,
    # the published results for programs
    "robots": Rule.ANYONE,
    "api:root": Rule.ANYONE,
    "api:openapi": Rule.ANYONE,
    "api:editions": Rule.ANYONE,
    "api:edition": Rule.ANYONE,
    "api:measures": Rule.ANYONE,
    "api:measure": Rule.ANYONE,
    "api:indicators": Rule.ANYONE,
    "api:nothing": Rule.ANYONE,
}

RULED = NO_ACTS | {name: act.rule for _group, acts in ACTS for name, act in acts.items() if act.rule}
# The published pages have the same rules in English, where their addresses are others.
RULED |= {
    name.replace("publication:", "publication_en:", 1): rule
    for name, rule in RULED.items()
    if name.startswith("publication:")
}
