"""The table of notices: for each event who gets one, in which words, what it asks for, and where it leads.

The lines about deadlines stand in `deadline_table`, those about 代決 in `proxy_table`, those about decisions taken back
in `withdrawal_table`.
"""

from __future__ import annotations

from review.domain.events import Event
from review.domain.reminding import Step
from review.notices.services import notice_audiences as audiences
from review.notices.services import notice_links as links
from review.notices.services.deadline_table import DEADLINE_NOTICES
from review.notices.services.ending_table import ENDING_NOTICES
from review.notices.services.notice import Notice
from review.notices.services.proxy_table import PROXY_NOTICES
from review.notices.services.withdrawal_table import WITHDRAWAL_NOTICES

#: What a reviewer is asked to do with a sheet.
REVIEW_IT = "内容を確かめて、確認するか、理由を付けて差し戻してください。"

NOTICES: dict[Event, tuple[Notice, ...]] = {
    Event.CYCLE_OPENED: (
        Notice(
            to=audiences.owners_of_open_sheets,
            title="{year}の実績の入力をお願いします",
            body="{year}の評価が始まりました。",
            act="ご自分の部署の施策シートを開き、実績を入力して提出してください。",
            due=links.due,
            link=links.mine,
            urgent=True,
            to_act=True,
            step=Step.SUBMIT,
        ),
    ),
    Event.ACTUALS_SUBMITTED: (
        Notice(
            to=audiences.heads_to_endorse,
            title="{measure} の所属長の確認をお願いします",
            body="{department}の{actor}さんが提出しました。",
            act="内容を確かめて、所属長として確認してください。",
            due=links.sheet_due,
            link=links.sheet,
            to_act=True,
            step=Step.ENDORSE,
        ),
        Notice(
            to=audiences.reviewers,
            title="{measure} が提出されました",
            body="{department}の{actor}さんが提出しました。",
            act=REVIEW_IT,
            due=links.sheet_due,
            link=links.sheet,
            to_act=True,
            step=Step.REVIEW,
        ),
        Notice(
            to=audiences.heads, title="{measure} を提出しました", body="{actor}さんが提出しました。", link=links.sheet
        ),
    ),
    Event.SUBMISSION_ENDORSED: (
        Notice(
            to=audiences.reviewers,
            title="{measure} が提出されました",
            body="{department}の所属長の{actor}さんが確認しました。",
            act=REVIEW_IT,
            due=links.sheet_due,
            link=links.sheet,
            to_act=True,
            step=Step.REVIEW,
        ),
        Notice(to=audiences.sender, title="{measure} を所属長が確認しました", body="", link=links.sheet),
    ),
    Event.SUBMISSION_RECALLED: (
        Notice(
            to=audiences.reviewing_office,
            title="{measure} の提出が取り下げられました",
            body="{department}の{actor}さんが取り下げました。再提出をお待ちください。",
            link=links.sheet,
        ),
    ),
    Event.SUBMISSION_RETURNED: (
        Notice(
            to=audiences.sender,
            title="{measure} が差し戻されました",
            body="理由: {comment}",
            act="指摘のあった項目を直して、もう一度提出してください。",
            due=links.sheet_due,
            link=links.resume,
            urgent=True,
            to_act=True,
            step=Step.SUBMIT,
        ),
    ),
    Event.SUBMISSION_REVIEWED: (
        Notice(
            to=audiences.sender, title="{measure} が確認されました", body="次は{body}の承認です。", link=links.sheet
        ),
        Notice(
            to=audiences.approvers,
            title="{measure} の承認をお願いします",
            body="確認が終わりました。",
            act="審議の画面で、承認するか、理由を付けて差し戻してください。",
            due=links.sheet_due,
            link=links.board,
            to_act=True,
            step=Step.DECIDE,
        ),
    ),
    Event.DEFINITION_AWAITED: (
        Notice(
            to=audiences.reviewing_office,
            title="{measure} の成果目標の定義の確認をお願いします",
            body="{department}は、成果目標{goals}の定義が確認されるまで提出できません。",
            act="指標の定義の確認の画面で、向き・単位・値の種類を確認してください。",
            due=links.sheet_due,
            link=links.definitions,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.CONCURRENCE_ASKED: (
        Notice(
            to=audiences.asked,
            title="{measure} の合議をお願いします",
            body="{department}の{actor}さんからの依頼です。回答期限: {answer_by}\n期限までに回答がないときは、その旨を記録します。",
            act="意見がなければ「意見なし」を押し、あれば意見を書いてください。",
            link=links.concurrence,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.CONCURRENCE_ASKED_AGAIN: (
        Notice(
            to=audiences.asked,
            title="{measure} の合議をもう一度お願いします",
            body="回答をいただいたあとに、次の項目が変わりました: {changed_items}\n回答期限: {answer_by}\n期限までに回答がないときは、その旨を記録します。",
            act="意見がなければ「意見なし」を押し、あれば意見を書いてください。",
            link=links.concurrence,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.CONCURRENCE_ANSWERED: (
        Notice(
            to=audiences.department,
            title="{measure} の合議: {asked}は「{answer}」",
            body="意見: {comment}",
            link=links.concurrence,
        ),
    ),
    Event.COMMENTED: (
        Notice(
            to=audiences.conversation,
            title="{measure} にコメントがあります",
            body="{actor}さん: {comment}",
            link=links.comments,
        ),
    ),
    Event.MEASURE_APPROVED: (
        Notice(
            to=audiences.sender, title="{measure} が承認されました", body="公表までお待ちください。", link=links.sheet
        ),
    ),
    Event.MEASURE_SETTLED: (
        Notice(
            to=audiences.department,
            title="{measure} は「{outcome}」と決まりました",
            body="理由: {comment}",
            link=links.sheet,
        ),
    ),
    Event.OUTCOME_REFUSED: (
        Notice(
            to=audiences.reviewers,
            title="{measure} の「{outcome}」の提案は採用されませんでした",
            body="理由: {comment}\nシートはこれまでどおり進みます。",
            link=links.sheet,
            urgent=True,
        ),
    ),
    Event.APPROVAL_RETURNED: (
        Notice(
            to=audiences.reviewers,
            title="{measure} が承認の段階で差し戻されました",
            body="理由: {comment}\n差戻し先: {destination}",
            act="もう一度確認してください。",
            due=links.sheet_due,
            link=links.sheet,
            urgent=True,
            to_act=True,
            step=Step.REVIEW,
        ),
        Notice(
            to=audiences.reviewing_office,
            title="{measure} が承認の段階で差し戻されました",
            body="理由: {comment}\n差戻し先: {destination}",
            link=links.sheet,
            urgent=True,
        ),
    ),
    **WITHDRAWAL_NOTICES,
    Event.DECISIONS_RECORDED: (
        Notice(
            to=audiences.approvers,
            title="{body}の決定 {count}件の確認をお願いします",
            body="{actor}さんが事務局として{year}の会議の決定を記録しました。",
            act="審議の画面で確認してください。承認者が確認すると有効になります。",
            due=links.decide_due,
            link=links.board,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.RECORD_REFUSED: (
        Notice(
            to=audiences.reviewers,
            title="{measure} の{body}の決定の記録は採用されませんでした",
            body="理由: {comment}\nシートは、これまでどおり承認を待っています。",
            act="会議の記録を確かめて、もう一度記録してください。",
            link=links.sheet,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.CYCLE_READY: (
        Notice(
            to=audiences.approvers,
            title="{year}の公表の決定をお願いします",
            body="すべての施策の承認が終わり、公表案ができました。",
            act="公表案を確かめて、公表するか、差し戻す施策を指定してください。",
            due=links.decide_due,
            link=links.decide,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.EDITION_PUBLISHED: (
        Notice(
            to=audiences.everyone,
            title="{year}の評価結果({edition})を公表しました",
            body="どなたでもご覧になれます。",
            link=links.results,
            urgent=True,
        ),
    ),
    Event.CORRECTION_SUBMITTED: (
        Notice(
            to=audiences.approvers,
            title="{year}の訂正の決定をお願いします",
            body="{actor}さんが準備しました。訂正する項目: {items}",
            act="訂正の内容と理由を確かめて、決定するか差し戻してください。",
            link=links.correction,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.CORRECTION_RETURNED: (
        Notice(
            to=audiences.correction_sender,
            title="{year}の訂正が差し戻されました",
            body="理由: {comment}",
            act="直して、もう一度決定を依頼してください。",
            link=links.correction,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.EDITION_CORRECTED: (
        Notice(
            to=audiences.everyone,
            title="{year}の評価結果を訂正し、{edition}を公表しました",
            body="訂正した項目: {items}\n正誤表をご覧ください。以前の版も、これまでどおり見られます。",
            link=links.results,
            urgent=True,
        ),
    ),
    Event.NEXT_CYCLE_DRAFTED: (
        Notice(
            to=audiences.managers,
            title="{year}の準備ができました",
            body="年度の下書きができました。",
            act="期限を決めて、年度を開始してください。",
            link=links.cycle,
            to_act=True,
        ),
    ),
    **ENDING_NOTICES,
    **DEADLINE_NOTICES,
    Event.PLAN_CHANGE_PROPOSED: (
        Notice(
            to=audiences.approvers,
            title="計画の変更の提案があります({kind}: {codes})",
            body="{actor}さんの提案です。\n理由: {comment}",
            act="内容を確かめて、決定するか、採用しないかを決めてください。",
            link=links.change,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.PLAN_CHANGED: (
        Notice(
            to=audiences.offices,
            title="計画の変更が決まりました({kind}: {codes})",
            body="理由: {comment}\nご自分の部署の施策に関わる変更です。",
            link=links.mine,
            urgent=True,
        ),
        Notice(
            to=audiences.named,
            title="計画の変更の提案が決まりました({kind}: {codes})",
            body="{comment}",
            link=links.change,
        ),
    ),
    Event.PLAN_CHANGE_REFUSED: (
        Notice(
            to=audiences.named,
            title="計画の変更の提案は採用されませんでした({kind}: {codes})",
            body="{comment}",
            link=links.change,
            urgent=True,
        ),
    ),
    Event.DEPARTMENTS_REORGANISED: (
        Notice(
            to=audiences.offices,
            title="{before} は {after} になりました",
            body="施行日: {period}\n理由: {comment}\n公表前のシートは新しい部署が受け持ちます。",
            link=links.mine,
            urgent=True,
        ),
    ),
    **PROXY_NOTICES,
    Event.WORK_HANDED_OVER: (
        Notice(
            to=audiences.named,
            title="{count}件の仕事を引き継ぎました",
            body="引き継いだシート: {codes}\n理由: {comment}",
            act="シートを開いて、続きを進めてください。",
            link=links.mine,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.JOB_FAILED: (
        Notice(
            to=audiences.managers,
            title="処理に失敗しました",
            body="{cause}",
            act="「処理の状況」を開き、原因を確かめてください。原因がなくなれば自動で再実行します。",
            link=links.jobs,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.DELIVERY_LATE: (
        Notice(
            to=audiences.managers,
            title="お知らせや処理が5分以上待っています",
            body="記録は失われていません。",
            act="「処理の状況」を開き、ワーカーとメールサーバーを確かめてください。",
            link=links.jobs,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.ANCHOR_LATE: (
        Notice(
            to=audiences.keepers_of_the_trail,
            title="監査記録の外部の控えが2時間以上作られていません",
            body="この間の操作は、まだ外部の控えで守られていません。記録そのものは失われていません。",
            act="控えの保存先に書き込めるか、ワーカーと定時処理が動いているかを確かめてください。",
            link=links.audit,
            urgent=True,
            to_act=True,
        ),
    ),
}


def key_of(event: Event, notice: Notice) -> str:
    """The name of a line of the table, under which its own words and people's choices are stored."""
    return f"{event.value}.{notice.to.__name__}"


def lines() -> dict[str, tuple[Event, Notice]]:
    """Every line of the table by its name, in the order of the table."""
    return {key_of(event, notice): (event, notice) for event, rows in NOTICES.items() for notice in rows}
