"""代決: who stands in for whom, naming and withdrawing, and what was decided in my name and waits for my 後閲."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from review import clock, holders, permissions
from review.models import Appointment, Decision, Proxy, User
from review.models.proxy import PROXY_ROLES
from review.people.forms.people import ProxyForm, RemarkForm
from review.people.services import proxies as work
from review.people.views import people
from review.screens.views import acts, decision_words
from review.screens.views.acts import accepted, previewed_page
from review.screens.views.answers import done
from review.screens.views.questions import matching, page_of, whole, words_of
from review.screens.views.signed_in import SignedInRequest
from review.templatetags.words import day_text

READ = 30


@require_safe
def proxies(request: SignedInRequest) -> HttpResponse:
    """Mine, those in which I stand in, and, for those who manage, everybody's."""
    return page(request)


def page(request: SignedInRequest, *, refused: RemarkForm | None = None, decision: int = 0) -> HttpResponse:
    """The page. Six queries however many."""
    user = request.user
    rows = Proxy.objects.select_related("principal", "deputy", "department", "named_by")
    managing = permissions.may_manage_cycle(user)
    shown = rows if managing else rows.filter(Q(principal=user) | Q(deputy=user))
    shown = matching(shown, words_of(request), "principal__display_name", "deputy__display_name", "department__name")
    named = page_of(request, shown)
    read = Decision.objects.filter(on_behalf_of=user).exclude(later_reading=None).order_by("-decided_at")
    context = {
        "rows": [{"proxy": one, "state": state_of(one), "may_end": may_end(user, one)} for one in named],
        "page_obj": named,
        "words": words_of(request),
        "unread": [(one, decision_words.step_words(one)) for one in work.unread_by(user)],
        "read": [
            (one, decision_words.step_words(one))
            for one in read.select_related("decided_by", "later_reading", "review__measure_year__measure")[:READ]
        ],
        "managing": managing,
        "may_name": bool(posts_of(user)),
        "refused": refused,
        "refused_decision": decision,
    }
    return acts.page(request, "people/proxies.html", _("代決と後閲"), status=422 if refused else 200, context=context)


def state_of(proxy: Proxy) -> str:
    """withdrawn, ahead, now or past."""
    return "withdrawn" if proxy.withdrawn_at else people.state_of(proxy)


def may_end(user: Any, proxy: Proxy) -> bool:
    return state_of(proxy) in ("now", "ahead") and permissions.may_name_proxy(user, proxy.principal)


def posts_of(user: Any) -> list[tuple[str, str]]:
    """The posts for which the person can be represented, as choices: those of today and ahead. One query."""
    running = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()), user=user)
    rows = running.filter(role__in=PROXY_ROLES).select_related("department").order_by("role", "department")
    choices = {
        f"{row.role}:{row.department_id or ''}": f"{row.department or ''} {row.get_role_display()}".strip()
        for row in rows
    }
    return list(choices.items())


def proxy_new(request: SignedInRequest) -> HttpResponse:
    """Name a proxy for myself, or with `?for=` for somebody else: first what it means, then the act."""
    principal = principal_of(request)
    posts = posts_of(principal)
    form = ProxyForm(
        request.POST or None,
        posts=posts,
        people=holders.possible_deputies(principal),
        initial={"starts_on": clock.today()},
    )
    return previewed_page(
        request,
        form,
        act=partial(name, request, principal, form),
        effects=partial(foreseen, principal, form, dict(posts)),
        title=_("代決者を指名する"),
        trail=[(_("代決と後閲"), reverse("meguri:proxies"))],
        warnings=[] if posts else [_("%(who)sさんには、代決できる役割がありません。") % {"who": principal}],
        lead=_("%(who)sさんが不在のあいだ、代わりに決める人です。") % {"who": principal},
    )


def principal_of(request: SignedInRequest) -> User:
    """Whose proxy is named: mine, or that of the person in `?for=` where I may name for others."""
    principal_id = whole(request.GET.get("for"))
    if principal_id is not None and permissions.may_manage_cycle(request.user):
        return get_object_or_404(User, pk=principal_id, is_active=True)
    return request.user


def name(request: SignedInRequest, principal: User, form: ProxyForm) -> HttpResponse:
    days = {day: form.cleaned_data[day] for day in ("starts_on", "ends_on")}
    deputy, reason = form.cleaned_data["deputy"].pk, form.cleaned_data["reason"]
    naming = work.Naming(principal=principal.pk, deputy=deputy, post=form.chosen, reason=reason, **days)
    work.name(user=request.user, naming=naming)
    return done(request, _("代決者を指名しました。本人と代決者にお知らせが届きます。"), "meguri:proxies")


def foreseen(principal: User, form: ProxyForm, posts: Mapping[str, str]) -> list[str]:
    data = form.cleaned_data
    period = {"start": day_text(data["starts_on"]), "end": day_text(data["ends_on"])}
    names = {"who": principal, "deputy": data["deputy"], "post": posts[data["post"]]}
    return [
        _("%(start)sから%(end)sまで、%(deputy)sさんは%(who)sさんの「%(post)s」として決めることができます。")
        % {**names, **period},
        _("決定は%(deputy)sさんの名前で残り、%(who)sさんの代決であることが、経過に示されます。") % names,
        _("%(deputy)sさんは、自分や%(who)sさんが提出・確認したシートを決めることはできません。") % names,
        _("公表の決定と、ほかの人への再度の代決はできません。"),
        _("%(who)sさんは、あとで代決を後閲します。%(who)sさん自身も、期間中に決めることができます。") % names,
    ]


@require_POST
def proxy_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    managing = permissions.may_manage_cycle(request.user)
    known = Proxy.objects.all() if managing else Proxy.objects.filter(principal=request.user)
    proxy = get_object_or_404(known, pk=pk)
    work.withdraw(user=request.user, proxy_id=proxy.pk)
    return done(request, _("代決者の指名を取り消しました。"), "meguri:proxies")


@require_POST
def proxy_read(request: SignedInRequest, pk: int) -> HttpResponse:
    """後閲 of one decision."""
    decision = get_object_or_404(Decision, pk=pk, on_behalf_of=request.user)
    form = RemarkForm(request.POST)
    if accepted(form, lambda: work.read_later(user=request.user, decision_id=decision.pk, **form.cleaned_data)):
        return done(request, _("後閲しました。"), "meguri:proxies")
    return page(request, refused=form, decision=decision.pk)
