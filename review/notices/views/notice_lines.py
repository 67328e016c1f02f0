"""The lines of the table of notices as screens show them: to whom they go, and what they are about."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from review import holders
from review.models import Role, User
from review.notices.services import notice_choices
from review.notices.services.notice import Notice
from review.notices.services.notice_table import ROWS

_WRITERS = frozenset({Role.CONTRIBUTOR, Role.HEAD})
_OFFICE = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})

#: Each audience of the table: its words, and the roles that it can reach. One that is not named here reaches anybody.
AUDIENCES: dict[str, tuple[Any, frozenset[str]]] = {
    "department": (_("主管部署"), _WRITERS),
    "owners_of_open_sheets": (_("主管部署"), _WRITERS),
    "sender": (_("提出した人"), _WRITERS),
    "heads": (_("所属長"), frozenset({Role.HEAD})),
    "heads_to_endorse": (_("所属長"), frozenset({Role.HEAD})),
    "late_heads": (_("所属長"), frozenset({Role.HEAD, Role.REVIEWER})),
    "called": (_("次に手続きをする人"), frozenset({*_WRITERS, Role.REVIEWER, Role.APPROVER})),
    "office": (_("確認者"), frozenset({Role.REVIEWER})),
    "reviewers": (_("確認者"), frozenset({Role.REVIEWER})),
    "reviewing_office": (_("確認者"), frozenset({Role.REVIEWER})),
    "approvers": (_("承認者"), frozenset({Role.APPROVER})),
    "managers": (_("確認者と管理者"), _OFFICE),
    "everyone": (_("全員"), frozenset(Role.values)),
}
# What stands in a subject in place of what is filled in; anything else is 〇〇.
_STANDING_FOR = {"step": "手続き", "due": "〇月〇日", "when": "〇開庁日", "count": "〇", "until": "〇月〇日"}
_ANYBODY = (_("関係する人"), frozenset(Role.values))


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the table."""

    notice: Notice

    @property
    def key(self) -> str:
        """Its name."""
        return self.notice.key

    @property
    def label(self) -> str:
        """The original subject with 〇〇 for whatever is filled in."""
        return self.notice.title.format_map(defaultdict(lambda: "〇〇", _STANDING_FOR))

    @property
    def audience(self) -> Any:
        """To whom it goes, in words."""
        return _audience(self.notice)[0]

    @property
    def usual(self) -> notice_choices.Channel:
        """How it reaches whoever has chosen nothing."""
        return notice_choices.usual(urgent=self.notice.urgent)


def _audience(notice: Notice) -> tuple[Any, frozenset[str]]:
    return AUDIENCES.get(notice.to.__name__, _ANYBODY)


def every_line() -> dict[str, Line]:
    """Every line by its key, in the order of the table."""
    return {row.key: Line(notice=row) for row in ROWS}


def lines_of(user: User) -> list[Line]:
    """The lines that can reach a person in the posts they hold today."""
    roles = holders.standing(user).roles
    return [line for line in every_line().values() if _audience(line.notice)[1] & roles]
