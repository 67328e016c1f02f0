"""The lines of the table of notices about decisions that were taken back: whoever got a notice of the decision, or a
request because of it, learns that it no longer holds, and the step is requested again."""

from review.domain.events import Event
from review.domain.reminding import Step
from review.notices.services import notice_audiences as audiences
from review.notices.services import notice_links as links
from review.notices.services.notice import Notice

WITHDRAWAL_NOTICES = (
    Notice(
        Event.REVIEW_WITHDRAWN,
        audiences.reviewers,
        title="{measure} の確認が取り消されました",
        body="{actor}さんが取り消しました。\n理由: {comment}",
        act="もう一度内容を確かめて、確認するか、理由を付けて差し戻してください。",
        due=links.sheet_due,
        step=Step.REVIEW,
        actor_too=True,
    ),
    Notice(
        Event.REVIEW_WITHDRAWN,
        audiences.approvers,
        title="{measure} の確認が取り消されました",
        body="{actor}さんが取り消しました。\n理由: {comment}\nもう一度確認されるまで、承認はお待ちください。",
    ),
    Notice(
        Event.REVIEW_WITHDRAWN,
        audiences.sender,
        title="{measure} の確認が取り消されました",
        body="理由: {comment}\nもう一度確認します。直すときは、確認の前なら提出を取り下げられます。",
        urgent=False,
    ),
    Notice(
        Event.APPROVAL_WITHDRAWN,
        audiences.approvers,
        title="{measure} の承認が取り消されました",
        body="{actor}さんが取り消しました。\n理由: {comment}",
        act="審議の画面で、承認するか、理由を付けて差し戻してください。",
        due=links.sheet_due,
        link=links.board,
        step=Step.DECIDE,
        actor_too=True,
    ),
    Notice(
        Event.APPROVAL_WITHDRAWN,
        audiences.reviewing_office,
        title="{measure} の承認が取り消されました",
        body="{actor}さんが取り消しました。\n理由: {comment}\nもう一度承認されるまで、公表の決定はできません。",
    ),
    Notice(
        Event.APPROVAL_WITHDRAWN,
        audiences.sender,
        title="{measure} の承認が取り消されました",
        body="理由: {comment}\nもう一度{body}の承認を待ちます。",
        urgent=False,
    ),
)
