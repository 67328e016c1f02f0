"""権限の一覧: who may do what, read from the very rules that the door asks (`permissions.ACCESS`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from review import permissions
from review.addresses import ACTS, CONDITIONS, OF_OWN_SHEETS, OF_READABLE_SHEETS, Act
from review.holders import Person, Standing
from review.models import Role, User
from review.screens.views.acts import page
from review.screens.views.signed_in import SignedInRequest

#: The departments of the nine identities; what matters is which of them owns the sheet.
OWN, RELATED, OTHER = 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class Identity:
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
    _of(Role.CONTRIBUTOR, gettext_lazy("担当者(主管部署)"), OWN, "contributor"),
    _of(Role.HEAD, gettext_lazy("所属長(主管部署)"), OWN),
    _of(Role.CONTRIBUTOR, gettext_lazy("担当者(関連部署)"), RELATED, "related"),
    _of(Role.CONTRIBUTOR, gettext_lazy("担当者(ほかの部署)"), OTHER, "other"),
    _of(Role.REVIEWER, gettext_lazy("確認者")),
    _of(Role.APPROVER, gettext_lazy("承認者")),
    _of(Role.ADMINISTRATOR, gettext_lazy("管理者")),
    _of(Role.AUDITOR, gettext_lazy("監査")),
)


@require_safe
def access(request: SignedInRequest) -> HttpResponse:
    """The table, for everyone signed in: rules are no secret."""
    groups = [{"label": group, "rows": list(rows(acts))} for group, acts in ACTS]
    return page(request, "screens/access.html", _("権限の一覧"), identities=IDENTITIES, groups=groups)


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
