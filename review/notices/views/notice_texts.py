"""お知らせの文面: the administrator reads, changes, tries and restores the words of each notice."""

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from review.domain.refusals import Invalid
from review.notices.forms.notices import TextForm
from review.notices.services import notice_texts
from review.notices.services.notice import Notice
from review.notices.services.notice_table import LINES, NOTICES
from review.notices.services.notice_texts import Text
from review.screens.views import acts
from review.screens.views.answers import done, see_other
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned


@require_safe
def texts(request: SignedInRequest) -> HttpResponse:
    """Every notice with its subject, and whether its words are the administrator's own. One query."""
    own = notice_texts.own_texts()
    rows = [
        {"line": line, "own": own.get(key), "title": own[key].title if key in own else line.label}
        for key, line in LINES.items()
    ]
    return acts.page(request, "notices/notice_texts.html", _("お知らせの文面"), rows=rows)


def line_or_404(key: str) -> Notice:
    """The line of that name."""
    if key not in LINES:
        raise Http404
    return LINES[key]


def text_record(request: SignedInRequest, key: str) -> Record:
    """What the form of one notice's words edits. An original text has no row yet: the table's own entry is locked."""
    line = line_or_404(key)
    form = TextForm(initial=vars(notice_texts.text_of(key, line, notice_texts.own_texts([key]))))
    rows = ContentType.objects.filter(app_label="review", model="noticetext")
    actions = ("notice_text.change", "notice_text.restore")
    return Record(form=form, rows=rows, subject=f"notice_text:{key}", actions=actions)


@versioned(text_record)
def text(request: SignedInRequest, key: str) -> HttpResponse:
    """One notice: its words, what may stand in braces, and how it would look."""
    line = line_or_404(key)
    names = notice_texts.allowed(NOTICES[line.event])
    in_force = notice_texts.text_of(key, line, notice_texts.own_texts([key]))
    if request.method != "POST":
        return page(request, line, TextForm(initial=vars(in_force)), in_force)
    if "restore" in request.POST:
        if notice_texts.restore(user=request.user, key=key):
            messages.success(request, _("元の文面に戻しました。"))
        return see_other("meguri:notice_text", key)
    form = TextForm(request.POST)
    if not form.is_valid():
        return page(request, line, form, in_force, status=422)
    typed = form.text()
    try:
        if "save" in request.POST:
            notice_texts.change(user=request.user, key=key, text=typed, names=names)
            return done(request, _("文面を保存しました。次のお知らせから使われます。"), "meguri:notice_text", key)
        if problems := notice_texts.problems_of(typed, names):
            raise Invalid(_("文面を確かめてください。"), problems)
    except Invalid as refusal:
        for name, sentence in refusal.fields.items():
            form.add_error(name, sentence)
        return page(request, line, form, in_force, status=422)
    return page(request, line, form, typed, tried=True)


def page(
    request: SignedInRequest, line: Notice, form: TextForm, shown: Text, *, tried: bool = False, status: int = 200
) -> HttpResponse:
    """The page; `shown` is previewed with examples in place of what is filled in."""
    names = notice_texts.allowed(NOTICES[line.event])
    context = {
        "line": line,
        "preview": shown.filled(notice_texts.example(names)),
        "tried": tried,
        "own": notice_texts.own_texts([line.key]).get(line.key),
        "original": notice_texts.text_of(line.key, line, {}),
        "names": [{"name": name, **_words(name)} for name in names],
    }
    trail = _("お知らせの文面"), reverse("meguri:notice_texts")
    return acts.page(request, "notices/notice_text.html", line.label, trail, form=form, status=status, context=context)


def _words(name: str) -> dict[str, str]:
    label, sample = notice_texts.PLACEHOLDERS.get(name, (name, ""))
    return {"label": label, "sample": sample}
