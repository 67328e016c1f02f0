"""The lines of the table of notices about deadlines: reminders, nudges, escalations, and the extensions asked for."""

from review.domain.events import Event
from review.notices.services import deadline_notices
from review.notices.services import notice_audiences as audiences
from review.notices.services import notice_links as links
from review.notices.services.notice import Notice

DEADLINE_NOTICES: dict[Event, tuple[Notice, ...]] = {
    Event.DEADLINE_NEAR: (
        Notice(
            to=deadline_notices.called,
            title="{step}の期限は{due}です({when})",
            body="{sheets}",
            act="{request}",
            due=deadline_notices.due,
            link=deadline_notices.link,
            to_act=True,
        ),
    ),
    Event.DEADLINE_PASSED: (
        Notice(
            to=deadline_notices.called,
            title="{step}の期限を過ぎています({when})",
            body="期限は{due}でした。\n{sheets}",
            act="{request}",
            due=deadline_notices.due,
            link=deadline_notices.link,
            to_act=True,
        ),
    ),
    Event.DEADLINE_ESCALATED: (
        Notice(
            to=deadline_notices.late_heads,
            title="{step}が遅れています({when})",
            body="期限は{due}でした。次の{count}件がまだ終わっていません。\n{sheets}",
            act="担当者に状況を確かめてください。間に合わないときは、シートから期限の延長を依頼できます。",
            due=deadline_notices.due,
            link=deadline_notices.link,
            to_act=True,
        ),
        Notice(
            to=deadline_notices.office,
            title="{step}が遅れている施策が{count}件あります({when})",
            body="期限は{due}でした。部署には繰り返しお知らせしています。\n{sheets}",
            act="部署に連絡し、督促、期限の延長、未提出の提案のどれによるかを決めてください。",
            due=deadline_notices.due,
            link=deadline_notices.link,
            to_act=True,
        ),
    ),
    Event.DECISION_CALLED: (
        Notice(
            to=deadline_notices.deciders,
            title="{year}の公表の決定をお願いします(期限 {due}、{when})",
            body="すべての施策の承認が終わり、公表の決定を待っています。",
            act="公表案を確かめて、公表するか、差し戻す施策を指定してください。",
            due=deadline_notices.decision_due,
            link=links.decide,
            to_act=True,
        ),
        Notice(
            to=deadline_notices.office_of_the_year,
            title="{year}の公表の決定が遅れています({when})",
            body="期限は{due}でした。承認者には繰り返しお知らせしています。",
            act="承認者に、決定の見込みを確かめてください。間に合わないときは、審議期限を改めてください。",
            due=deadline_notices.decision_due,
            link=links.board,
            to_act=True,
        ),
    ),
    Event.NUDGED: (
        Notice(
            to=deadline_notices.called,
            title="{step}をお願いします({actor}さんからの督促)",
            body="{note}\n{sheets}",
            act="{request}",
            due=deadline_notices.due,
            link=deadline_notices.link,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.STEP_ASKED: (
        Notice(
            to=deadline_notices.newly_able,
            title="{step}をお願いします({count}件)",
            body="あなたが対応できる施策が待っています。\n{sheets}",
            act="{request}",
            due=deadline_notices.due,
            link=deadline_notices.link,
            urgent=True,
            to_act=True,
        ),
        Notice(
            to=deadline_notices.office_in_place,
            title="{step}をする人がいません({count}件)",
            body="次の施策は、いま対応できる人が登録されていません。\n{sheets}",
            act="担当する人の登録を管理者に依頼するか、対応する人を決めてください。",
            due=deadline_notices.due,
            link=deadline_notices.link,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.DEADLINES_CHANGED: (
        Notice(
            to=audiences.named,
            title="{year}の期限が変わりました",
            body="{actor}さんが期限を変更しました。\n{changes}",
            act="新しい期限を確かめてください。",
            link=links.home,
        ),
    ),
    Event.EXTENSION_ASKED: (
        Notice(
            to=audiences.managers,
            title="{measure} の期限の延長の依頼があります",
            body="{department}の{actor}さんからの依頼です。\n理由: {reason}\n希望する締切: {until}",
            act="延長するかどうかを決めてください。",
            link=links.sheet,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.EXTENSION_GRANTED: (
        Notice(
            to=audiences.department,
            title="{measure} の締切を{until}まで延長しました",
            body="決めた人: {actor}さん\n理由: {reason}",
            act="新しい締切までに提出してください。",
            due=links.sheet_due,
            link=links.sheet,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.EXTENSION_REFUSED: (
        Notice(
            to=audiences.department,
            title="{measure} の期限の延長は見送られました",
            body="決めた人: {actor}さん\n理由: {comment}",
            act="これまでの期限までに提出してください。",
            due=links.sheet_due,
            link=links.sheet,
            urgent=True,
            to_act=True,
        ),
    ),
}
