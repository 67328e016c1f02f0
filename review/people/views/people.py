"""利用者: the list, one person with their posts and open work, and the administrator's acts on them."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from review import clock, holders, permissions
from review.models import Appointment, Department, Proxy, Role, User
from review.people.forms.people import LastDayForm, NamesForm, PersonForm, PostForm, open_offices
from review.people.services import handover
from review.people.services import people as work
from review.people.services.first_passwords import Enrolled
from review.screens.forms.fields import ReasonForm
from review.screens.views.acts import accepted, act_page, page, sure
from review.screens.views.answers import done
from review.screens.views.questions import matching, page_of, whole, words_of
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned

ACTIVE, LEFT, EVERY = "", "left", "all"


def people_crumb() -> tuple[str, str]:
    """Where the pages of people hang."""
    return _("利用者"), reverse("meguri:people")


def person_crumb(person: User) -> tuple[str, str]:
    """Where the acts on one person hang."""
    return str(person), reverse("meguri:person", args=[person.pk])


def person_act(request: SignedInRequest, person: User, **shown: Any) -> HttpResponse:
    """The page of an act on one person; `shown` as for `act_page`."""
    return act_page(request, trail=[people_crumb(), person_crumb(person)], **shown)


@require_safe
def people(request: SignedInRequest) -> HttpResponse:
    """Everyone, searched and filtered by the address."""
    context = {
        "page_obj": page_of(request, matching_people(request)),
        "today": clock.today(),
        "offices": open_offices(),
        "roles": Role.choices,
        "words": words_of(request),
        "role": request.GET.get("role", ""),
        "department": request.GET.get("department", ""),
        "show": request.GET.get("show", ""),
        "may_manage": permissions.may_manage_people(request.user),
    }
    return page(request, "people/list.html", _("利用者"), context=context)


def matching_people(request: SignedInRequest) -> QuerySet[User]:
    """The people that match the address's filters, each with their posts of today and ahead. Two queries a page."""
    show = request.GET.get("show", ACTIVE)
    rows = User.objects.order_by("display_name", "username")
    if show != EVERY:
        rows = rows.filter(is_active=show != LEFT)
    rows = matching(rows, words_of(request), "display_name", "username", "email")
    held = Appointment.objects.filter(holders.held_on(clock.today()))
    role, office = request.GET.get("role", ""), whole(request.GET.get("department"))
    if role in Role.values:
        rows = rows.filter(pk__in=held.filter(role=role).values("user"))
    if office is not None:
        rows = rows.filter(pk__in=held.filter(department__pk=office).values("user"))
    ahead = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today())).select_related(
        "department", "plan"
    )
    return rows.prefetch_related(Prefetch("appointments", ahead.order_by("starts_on", "pk"), to_attr="posts"))


def names_record(request: SignedInRequest, pk: int) -> Record:
    """What the form of a person's name and mail edits."""
    user = get_object_or_404(User, pk=pk)
    form = NamesForm(initial=names_of(user))
    return Record(form=form, rows=User.objects.filter(pk=pk), subject=f"user:{user.key}", actions=("user.change",))


@never_cache
@versioned(names_record)
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """One person; a POST changes name and mail."""
    user = get_object_or_404(User, pk=pk)
    form = NamesForm(request.POST if request.method == "POST" else None, initial=names_of(user))
    if form.is_bound:
        require_administrator(request)
        if accepted(form, lambda: work.change(by=request.user, user_id=pk, **form.cleaned_data)):
            return done(request, _("変更を保存しました。"), "meguri:person", pk)
    return person_page(request, user, form=form, status=422 if form.errors else 200)


def names_of(user: User) -> dict[str, str]:
    return {"display_name": user.display_name, "email": user.email}


def require_administrator(request: SignedInRequest) -> None:
    """Reviewers read here; only administrators change anything."""
    if not permissions.may_manage_people(request.user):
        raise PermissionDenied(_("利用者は管理者が管理します。"))


def person_page(
    request: SignedInRequest,
    user: User,
    *,
    form: NamesForm | None = None,
    post_form: PostForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The person's page. Some twelve queries."""
    posts = user.appointments.select_related("department", "plan").order_by("-starts_on", "-pk")
    proxies = Proxy.objects.filter(Q(principal=user) | Q(deputy=user))
    context = {
        "person": user,
        "posts": [{"post": one, "state": state_of(one)} for one in posts],
        "work": handover.open_work(user),
        "proxies": proxies.select_related("principal", "deputy", "department"),
        "today": clock.today(),
        "may_manage": permissions.may_manage_people(request.user),
        "form": form or NamesForm(initial=names_of(user)),
        "post_form": post_form or PostForm(initial={"starts_on": clock.today()}),
    }
    return page(request, "people/person.html", str(user), people_crumb(), status=status, context=context)


def state_of(row: Appointment | Department | Proxy) -> str:
    """now, ahead or past."""
    today = clock.today()
    if row.ends_on and row.ends_on < today:
        return "past"
    return "ahead" if row.starts_on and row.starts_on > today else "now"


@never_cache
def person_new(request: SignedInRequest) -> HttpResponse:
    """A new account; its temporary password is shown once."""
    form, made = PersonForm(request.POST or None), list[Enrolled]()
    if accepted(form, lambda: made.append(work.enrol(by=request.user, **form.cleaned_data))):
        return told_once(request, made, _("利用者を登録しました"))
    return act_page(
        request,
        title=_("利用者を登録する"),
        verb=_("登録する"),
        trail=[people_crumb()],
        form=form,
        lead=_("登録すると仮のパスワードができます。役割は、登録したあとに利用者の画面で任用します。"),
    )


def told_once(request: SignedInRequest, made: list[Enrolled], title: str) -> HttpResponse:
    """The temporary passwords. They are stored nowhere, so this page is the only place where they can be read."""
    return page(request, "people/passwords.html", title, people_crumb(), made=made)


@never_cache
def person_password(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new temporary password for somebody who lost theirs."""
    user = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        made = work.reset_password(by=request.user, user_id=pk)
        return told_once(request, [made], _("仮のパスワードを発行しました"))
    return person_act(
        request,
        user,
        title=_("仮のパスワードを発行する"),
        verb=_("発行する"),
        effects=[
            _("今のパスワードは使えなくなり、サインインしている画面は終わります。"),
            _("次の画面に仮のパスワードが一度だけ出ます。本人に直接伝えてください。"),
            _("本人は、サインインするとすぐに新しいパスワードを決めます。"),
        ],
    )


@require_POST
def person_appoint(request: SignedInRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    form = PostForm(request.POST)
    if accepted(form, lambda: work.appoint(by=request.user, user_id=pk, post=form.post, **form.days)):
        return done(request, _("任用しました。"), "meguri:person", pk, fragment="posts")
    return person_page(request, user, post_form=form, status=422)


def post_end(request: SignedInRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(Appointment.objects.select_related("user", "department"), pk=pk)
    form = LastDayForm(request.POST or None, initial={"last_day": clock.today()})
    if accepted(
        form, lambda: work.end_post(by=request.user, appointment_id=pk, last_day=form.cleaned_data["last_day"])
    ):
        return done(request, _("役割を終える日を決めました。"), "meguri:person", post.user_id, fragment="posts")
    office = f"{post.department} " if post.department else ""
    return person_act(
        request,
        post.user,
        title=_("役割を終える"),
        verb=_("この日で終える"),
        form=form,
        lead=f"{post.user} {office}{post.get_role_display()}",
    )


# --- leaving ---------------------------------------------------------------------------------------------------------


def person_deactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    """The person left. What would be left behind is shown, and must be handed over first."""
    user = get_object_or_404(User, pk=pk)
    form = ReasonForm(request.POST or None)
    blocked = work.obstacles(user) if user.is_active else [_("この利用者の利用は、もう停止されています。")]
    if sure(request) and accepted(form, lambda: work.deactivate(by=request.user, user_id=pk, **form.cleaned_data)):
        return done(request, _("%(who)sさんの利用を停止しました。") % {"who": user}, "meguri:person", pk)
    title, here = _("利用を停止する"), person_crumb(user)
    if blocked:
        context = {"person": user, "blocked": blocked, "work": handover.open_work(user), "back_url": here[1]}
        status = 422 if form.is_bound else 200
        return page(request, "people/blocked.html", title, people_crumb(), here, status=status, context=context)
    return person_act(request, user, title=title, form=form, effects=leaving_effects(user), danger=True)


def leaving_effects(user: User) -> list[str]:
    posts = user.appointments.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today())).count()
    proxies = len(handover.open_work(user).proxies)
    effects = [
        _("%(who)sさんはサインインできなくなり、開いている画面もすぐに終わります。") % {"who": user},
        _("これまでの提出、確認、承認、コメントは、そのまま%(who)sさんの名前で残ります。") % {"who": user},
    ]
    if posts:
        effects.append(_("就いている役割と予定の役割(%(n)s件)が終わります。") % {"n": posts})
    if proxies:
        effects.append(_("代決者の指名(%(n)s件)が取り消されます。") % {"n": proxies})
    effects.append(_("記録は削除されません。戻ってきたときは、利用を再開できます。"))
    return effects


@never_cache
def person_reactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    form, made = ReasonForm(request.POST or None), list[Enrolled]()
    if accepted(form, lambda: made.append(work.reactivate(by=request.user, user_id=pk, **form.cleaned_data))):
        return told_once(request, made, _("利用を再開しました"))
    return person_act(
        request,
        user,
        title=_("利用を再開する"),
        form=form,
        effects=[
            _("仮のパスワードで、またサインインできるようになります。"),
            _("役割は戻りません。利用者の画面で、あらためて任用してください。"),
        ],
    )
