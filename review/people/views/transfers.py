"""人事異動 and 引継ぎ: a person's next posts from a day on, and their open work on its way to a colleague."""

from datetime import date, timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from review import clock, holders
from review.models import Department, Role, User
from review.people.forms.people import HandoverForm, TransferForm, next_april
from review.people.services import handover, people, posts
from review.people.services.posts import Post
from review.people.views.people import people_crumb, person_act, person_crumb
from review.screens.forms.fields import refusals_on
from review.screens.views.acts import accepted, page, sure
from review.screens.views.answers import done, see_other
from review.screens.views.signed_in import SignedInRequest
from review.templatetags.words import day_text


def transfer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Prepare a transfer: first what it will do, then the act."""
    user = get_object_or_404(User, pk=pk)
    form = TransferForm(request.POST or None, initial={"day": next_april()})
    effects: list[str] = []
    warnings: list[str] = []
    if form.is_bound and form.is_valid():
        day = form.cleaned_data["day"]
        with refusals_on(form):
            if sure(request):
                people.transfer(by=request.user, user_id=pk, day=day, to=form.posts)
                messages.success(request, _("%(day)s付けの異動を登録しました。") % {"day": day_text(day)})
                return see_other("meguri:person", pk, fragment="posts")
            effects, warnings = foreseen(user, day, form.posts)
    return person_act(
        request,
        user,
        title=_("人事異動を登録する"),
        verb=_("異動を登録する"),
        form=form,
        effects=effects,
        warnings=warnings,
        lead=_("%(who)sさんの異動です。先の日付で登録しておくと、その日から自動で切り替わります。") % {"who": user},
        previewing=True,
    )


def foreseen(user: User, day: date, new_posts: list[Post]) -> tuple[list[str], list[str]]:
    """(what will happen, what to look after) in sentences."""
    ending = posts.ending(user=user, day=day, keep=new_posts)
    held = posts.held(user, day)
    effects = [
        _("%(post)s は %(day)s で終わります。")
        % {"post": words_of(Post.of(row)), "day": day_text(day - timedelta(days=1))}
        for row in ending
    ]
    effects += [
        _("%(post)s に %(day)s から就きます。") % {"post": words_of(post), "day": day_text(day)}
        for post in new_posts
        if post not in held or any(Post.of(row) == post for row in ending)
    ]
    effects.append(_("これまでの提出や決定は、そのまま本人の名前で残ります。"))
    work = handover.open_work(user)
    warnings = []
    if work.sheets:
        codes = _("、").join(dict.fromkeys(review.measure_year.measure.code for review in work.sheets))
        warnings.append(
            _("受け持っているシートがあります: %(codes)s。引き継がないときは、部署全体の仕事になります。")
            % {"codes": codes}
        )
    warnings += handover.left_alone_without(ending, from_day=day)
    return effects, warnings


def words_of(post: Post) -> str:
    """産業振興課 担当者."""
    office = Department.objects.filter(pk=post.department or 0).first()
    plan = posts.plan_name(post)
    return f"{office or ''} {Role(post.role).label}{f'({plan})' if plan else ''}".strip()


def hand_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """Which of the person's sheets go to whom."""
    leaving = get_object_or_404(User, pk=pk)
    work = handover.open_work(leaving)
    form = HandoverForm(
        request.POST or None,
        sheets=work.sheets,
        people=takers(work, leaving),
        initial={"sheets": [str(one.pk) for one in work.sheets]},
    )
    if accepted(form, lambda: handover.hand_over(user=request.user, leaving=leaving, **form.chosen)):
        data = form.cleaned_data
        message = _("%(n)s件を%(who)sさんに引き継ぎました。") % {"n": len(data["sheets"]), "who": data["to"]}
        return done(request, message, "meguri:person", pk, fragment="work")
    context = {"person": leaving, "work": work, "today": clock.today()}
    trail = people_crumb(), person_crumb(leaving)
    return page(request, "people/handover.html", _("仕事を引き継ぐ"), *trail, form=form, context=context)


def takers(work: handover.OpenWork, leaving: User) -> QuerySet[User]:
    """Everybody who could take at least one of the sheets over. A query for the departments and each plan, and one more."""
    offices = list({review.measure_year.owner for review in (*work.returned, *work.writing)})
    members = holders.holding(Role.CONTRIBUTOR, Role.HEAD, departments=offices)
    user_ids = set(members.values_list("pk", flat=True))
    for plan in {review.cycle.plan_id for review in work.claims}:
        user_ids |= set(holders.holding(Role.REVIEWER, plan=plan).values_list("pk", flat=True))
    return User.objects.filter(pk__in=user_ids - {leaving.pk}).order_by("display_name", "pk")
