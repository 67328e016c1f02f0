"""The lines of the table of notices about deadlines (reminders, nudges, escalations, extensions), about 代決, and about a
plan's end and its 総括."""

from functools import partial

from review.domain.events import Event
from review.notices.services import deadline_notices
from review.notices.services import notice_audiences as audiences
from review.notices.services import notice_links as links
from review.notices.services.notice import Notice

_of_sheets = partial(Notice, due=deadline_notices.due, link=deadline_notices.link)

DEADLINE_NOTICES = (
    _of_sheets(
        Event.DEADLINE_NEAR,
        deadline_notices.called,
        title="{step}の期限は{due}です({when})",
        body="{sheets}",
        act="{request}",
        urgent=False,
    ),
    _of_sheets(
        Event.DEADLINE_PASSED,
        deadline_notices.called,
        title="{step}の期限を過ぎています({when})",
        body="期限は{due}でした。\n{sheets}",
        act="{request}",
        urgent=False,
    ),
    _of_sheets(
        Event.DEADLINE_ESCALATED,
        deadline_notices.late_heads,
        title="{step}が遅れています({when})",
        body="期限は{due}でした。次の{count}件がまだ終わっていません。\n{sheets}",
        act="担当者に状況を確かめてください。間に合わないときは、シートから期限の延長を依頼できます。",
        urgent=False,
    ),
    _of_sheets(
        Event.DEADLINE_ESCALATED,
        deadline_notices.office,
        title="{step}が遅れている施策が{count}件あります({when})",
        body="期限は{due}でした。部署には繰り返しお知らせしています。\n{sheets}",
        act="部署に連絡し、督促、期限の延長、未提出の提案のどれによるかを決めてください。",
        urgent=False,
    ),
    Notice(
        Event.DECISION_CALLED,
        deadline_notices.deciders,
        title="{year}の公表の決定をお願いします(期限 {due}、{when})",
        body="すべての施策の承認が終わり、公表の決定を待っています。",
        act="公表案を確かめて、公表するか、差し戻す施策を指定してください。",
        due=links.decide_due,
        link="meguri:decide",
        urgent=False,
    ),
    Notice(
        Event.DECISION_CALLED,
        deadline_notices.office_of_the_year,
        title="{year}の公表の決定が遅れています({when})",
        body="期限は{due}でした。承認者には繰り返しお知らせしています。",
        act="承認者に、決定の見込みを確かめてください。間に合わないときは、審議期限を改めてください。",
        due=links.decide_due,
        link="meguri:board",
        urgent=False,
    ),
    _of_sheets(
        Event.NUDGED,
        deadline_notices.called,
        title="{step}をお願いします({actor}さんからの督促)",
        body="{note}\n{sheets}",
        act="{request}",
    ),
    _of_sheets(
        Event.STEP_ASKED,
        deadline_notices.newly_able,
        title="{step}をお願いします({count}件)",
        body="あなたが対応できる施策が待っています。\n{sheets}",
        act="{request}",
    ),
    _of_sheets(
        Event.STEP_ASKED,
        deadline_notices.office_in_place,
        title="{step}を担当する人がいません({count}件)",
        body="次の施策は、いま対応できる人が登録されていません。\n{sheets}",
        act="担当する人の登録を管理者に依頼するか、対応する人を決めてください。",
    ),
    Notice(
        Event.DEADLINES_CHANGED,
        audiences.named,
        title="{year}の期限が変わりました",
        body="{actor}さんが期限を変更しました。\n{changes}",
        act="新しい期限を確かめてください。",
        link="meguri:home",
        asks=False,
        urgent=False,
    ),
    Notice(
        Event.EXTENSION_ASKED,
        audiences.managers,
        title="{measure} の期限の延長の依頼があります",
        body="{department}の{actor}さんからの依頼です。\n理由: {reason}\n希望する締切: {until}",
        act="延長するかどうかを決めてください。",
    ),
    Notice(
        Event.EXTENSION_GRANTED,
        audiences.department,
        title="{measure} の締切を{until}まで延長しました",
        body="決めた人: {actor}さん\n理由: {reason}",
        act="新しい締切までに提出してください。",
        due=links.sheet_due,
    ),
    Notice(
        Event.EXTENSION_REFUSED,
        audiences.department,
        title="{measure} の期限の延長は見送られました",
        body="決めた人: {actor}さん\n理由: {comment}",
        act="これまでの期限までに提出してください。",
        due=links.sheet_due,
    ),
)

PROXY_NOTICES = (
    Notice(
        Event.PROXY_NAMED,
        audiences.named,
        title="{principal}さんの代決者に{deputy}さんが指名されました",
        body="役割: {post}\n期間: {period}\n理由: {comment}",
        link="meguri:proxies",
    ),
    Notice(
        Event.PROXY_WITHDRAWN,
        audiences.named,
        title="{principal}さんの代決者({deputy}さん)の指名が取り消されました",
        body="役割: {post}",
        link="meguri:proxies",
    ),
    Notice(
        Event.PROXY_ENDED,
        audiences.named,
        title="{principal}さんの代決({deputy}さん)が終わりました",
        body="役割: {post}\n期間: {period}\n{comment}",
        link="meguri:proxies",
    ),
    Notice(
        Event.PROXY_RESUMED,
        audiences.named,
        title="{principal}さんの代決({deputy}さん)が再び有効になりました",
        body="役割: {post}\n期間: {period}",
        link="meguri:proxies",
    ),
    Notice(
        Event.DECIDED_BY_PROXY,
        audiences.named,
        title="{measure} を{actor}さんが代決しました",
        body="{department}のシートです。",
        act="内容を確かめて、後閲してください。",
        link="meguri:proxies",
        urgent=False,
    ),
)

ENDING_NOTICES = (
    Notice(
        Event.PLAN_ENDED,
        audiences.leaders,
        title="計画期間が終わりました",
        body="計画の最後の年度({year})の公表が終わりました。次の年度の準備はありません。",
        act="計画期間の総括、次期計画、計画の延長のうち、必要なものに進んでください。",
        link="meguri:plan_end",
    ),
    Notice(
        Event.SUMMARY_SUBMITTED,
        audiences.approvers,
        title="計画期間の総括の決定をお願いします",
        body="{actor}さんが準備しました。計画の最後の年度は{year}です。",
        act="総括の内容を確かめて、公表を決定するか差し戻してください。",
        link="meguri:summary",
    ),
    Notice(
        Event.SUMMARY_RETURNED,
        audiences.named,
        title="計画期間の総括が差し戻されました",
        body="理由: {comment}",
        act="直して、もう一度決定を依頼してください。",
        link="meguri:summary",
    ),
    Notice(
        Event.SUMMARY_PUBLISHED,
        audiences.everyone,
        title="計画期間の総括を公表しました",
        body="どなたでもご覧になれます。計画の最後の年度は{year}です。",
        link="publication:summary",
    ),
)
