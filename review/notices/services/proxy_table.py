"""The lines of the table of notices about 代決: who stands in, until when, and what was decided so."""

from review.domain.events import Event
from review.notices.services import notice_audiences as audiences
from review.notices.services import notice_links as links
from review.notices.services.notice import Notice

PROXY_NOTICES = (
    Notice(
        Event.PROXY_NAMED,
        audiences.named,
        title="{principal}さんの代決者に{deputy}さんが指名されました",
        body="役割: {post}\n期間: {period}\n理由: {comment}",
        link=links.proxies,
    ),
    Notice(
        Event.PROXY_WITHDRAWN,
        audiences.named,
        title="{principal}さんの代決者({deputy}さん)の指名が取り消されました",
        body="役割: {post}",
        link=links.proxies,
    ),
    Notice(
        Event.PROXY_ENDED,
        audiences.named,
        title="{principal}さんの代決({deputy}さん)が終わりました",
        body="役割: {post}\n期間: {period}\n{comment}",
        link=links.proxies,
    ),
    Notice(
        Event.PROXY_RESUMED,
        audiences.named,
        title="{principal}さんの代決({deputy}さん)が再び有効になりました",
        body="役割: {post}\n期間: {period}",
        link=links.proxies,
    ),
    Notice(
        Event.DECIDED_BY_PROXY,
        audiences.named,
        title="{measure} を{actor}さんが代決しました",
        body="{department}のシートです。",
        act="内容を確かめて、後閲してください。",
        link=links.proxies,
        urgent=False,
    ),
)
