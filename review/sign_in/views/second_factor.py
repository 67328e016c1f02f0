"""二段階認証: the code at sign-in, and switching it on and off."""

from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from review import clock
from review.domain.refusals import Invalid
from review.models import SecondFactor, User
from review.screens.forms.fields import ReasonForm
from review.screens.views.acts import page
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest
from review.sign_in.forms.sign_in import CodeForm, FirstCodeForm, PasswordForm
from review.sign_in.services import second_factor, sign_in
from review.sign_in.views import single_sign_on

PENDING = "second_factor"
TITLE = gettext_lazy("二段階認証")
# How long the password counts while the code is looked for.
PATIENCE = 5 * 60


def wait_for_code(request: HttpRequest, user: User, target: str) -> HttpResponse:
    """The password was right: ask for the code. Nobody is signed in meanwhile."""
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "backend": getattr(user, "backend", ""),
        "password": user.get_session_auth_hash(),
        "at": clock.now().timestamp(),
        "next": target,
    }
    return redirect("second_factor")


def waiting(request: HttpRequest) -> tuple[User, dict[str, Any]] | None:
    """Whose code is awaited in this session; None where the wait is over or never began."""
    pending = request.session.get(PENDING)
    if not pending or clock.now().timestamp() - pending["at"] > PATIENCE:
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    # A password changed meanwhile ends the wait, as it ends sessions.
    return (user, pending) if user and user.get_session_auth_hash() == pending["password"] else None


@never_cache
@sensitive_post_parameters()
def code(request: HttpRequest) -> HttpResponse:
    pair = waiting(request)
    if pair is None:
        request.session.pop(PENDING, None)
        return redirect("login")
    user, pending = pair
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if second_factor.check(user=user, code=form.cleaned_data["code"]):
            del request.session[PENDING]
            with transaction.atomic():
                login(request, user, backend=pending["backend"])
                if single_sign_on.is_on():
                    sign_in.record_emergency(user)
            return redirect(pending["next"])
        form.add_error("code", _("番号が違います。続けて間違えると、しばらく受け付けません。"))
    return render(request, "registration/second_factor.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters()
def settings_page(request: SignedInRequest) -> HttpResponse:
    """Switch it on with a first code, or off with the password."""
    user: User = request.user
    return switching_off(request, user) if second_factor.is_on(user) else switching_on(request, user)


def switching_on(request: SignedInRequest, user: User) -> HttpResponse:
    """The QR code and the field for the first code; then the recovery codes, once."""
    form = FirstCodeForm(request.POST or None)
    if form.is_valid():
        try:
            codes = second_factor.confirm(user=user, code=form.cleaned_data["code"])
        except Invalid as refusal:
            form.add_error("code", str(refusal))
        else:
            return page(request, "registration/recovery_codes.html", str(TITLE), codes=codes)
    factor = second_factor.begin(user=user)
    # Drawn here and now from our own address: paths and numbers, no text of anybody.
    picture = mark_safe(segno.make(second_factor.address_of(factor)).svg_inline(scale=5))  # noqa: S308 - numbers of our own drawing
    context = {"picture": picture, "key": second_factor.key_of(factor)}
    return page(request, "registration/second_factor_on.html", str(TITLE), form=form, context=context)


def switching_off(request: SignedInRequest, user: User) -> HttpResponse:
    """Ask for the password, then forget the app."""
    form = PasswordForm(request.POST or None, user=user)
    if form.is_valid():
        second_factor.switch_off(user=user, by=user)
        messages.success(request, _("二段階認証を無効にしました。"))
        return redirect(resolve_url("second_factor_settings"))
    return page(request, "registration/second_factor_off.html", str(TITLE), form=form)


@require_safe
def second_factors(request: SignedInRequest) -> HttpResponse:
    """Who has switched on a second factor, for the administrator whom people call when they lost it."""
    used = SecondFactor.objects.filter(confirmed_at__isnull=False).select_related("user").order_by("user__display_name")
    return page(request, "sign_in/second_factors.html", _("二段階認証の利用者"), factors=list(used))


def second_factor_off(request: SignedInRequest, pk: int) -> HttpResponse:
    """Switch off the second factor of somebody who lost the phone and the recovery codes."""
    person = get_object_or_404(User, pk=pk, second_factor__confirmed_at__isnull=False)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        second_factor.switch_off(user=person, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("%(name)sさんの二段階認証を無効にしました。") % {"name": person})
        return see_other("meguri:second_factors")
    return page(request, "sign_in/second_factor_off.html", _("二段階認証を無効にする"), form=form, person=person)
