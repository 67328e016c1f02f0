"""The lines of the table of notices about a plan's end: that it came, and its 総括."""

from review.domain.events import Event
from review.notices.services import notice_audiences as audiences
from review.notices.services import notice_links as links
from review.notices.services.notice import Notice

ENDING_NOTICES = (
    Notice(
        Event.PLAN_ENDED,
        audiences.leaders,
        title="計画期間が終わりました",
        body="計画の最後の年度({year})の公表が終わりました。次の年度の準備はありません。",
        act="計画期間の総括、次期計画、計画の延長のうち、必要なものに進んでください。",
        link=links.plan_end,
    ),
    Notice(
        Event.SUMMARY_SUBMITTED,
        audiences.approvers,
        title="計画期間の総括の決定をお願いします",
        body="{actor}さんが準備しました。計画の最後の年度は{year}です。",
        act="総括の内容を確かめて、公表を決定するか差し戻してください。",
        link=links.summary,
    ),
    Notice(
        Event.SUMMARY_RETURNED,
        audiences.named,
        title="計画期間の総括が差し戻されました",
        body="理由: {comment}",
        act="直して、もう一度決定を依頼してください。",
        link=links.summary,
    ),
    Notice(
        Event.SUMMARY_PUBLISHED,
        audiences.everyone,
        title="計画期間の総括を公表しました",
        body="どなたでもご覧になれます。計画の最後の年度は{year}です。",
        link=links.public_summary,
    ),
)
