"""計画の取込み on the screen: a file is read under limits, corrected, looked at, and taken as a whole or not at all.

Nothing of the plan changes before `take`. What the file would do is tried with every correction, and undone. Both are
the work of a job, for a long list takes longer than a request may.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from review import clock, holders, permissions
from review.background.services import jobs
from review.domain import file_names
from review.domain.forms.as_document import document_in, doubt_of
from review.domain.forms.headings import template
from review.domain.mends import CODE, Mends, mended, proposals, spoken_of
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed, Stale
from review.domain.sheet import DocumentError, Doubt, PlanDocument
from review.models import Job, Plan, PlanUpload, User
from review.plan.services import file_doubts, planning
from review.plan.services.planning import Change, Imported
from review.reader_words import worded
from review.screens.services import incoming
from review.trail.services import audit
from review.transition import require
from review.workbook import plan_list

KIND = "plan.file"
#: A file of so many bytes is read and taken while the person waits, by the same job.
AT_ONCE = 8 * 1024
#: How long a file that nobody takes is held.
HOLD = timedelta(days=7)
#: The corrections of which the reading process has to know.
READ_ANEW = ("roles", "years", "cells")
#: Doubts that another page settles: the definitions of goals.
ELSEWHERE = frozenset({"direction_inferred", "direction_unknown"})


@dataclass(frozen=True, kw_only=True)
class Row:
    """One doubt: `place` is what a rewritten `text` replaces, ("cells", sheet, address), ("offices", 施策ID, name) or
    ("codes", 施策ID); empty where it can only be accepted."""

    key: str
    code: str
    measure: str
    detail: str
    proposal: str
    place: tuple[str, ...] = ()
    text: str = ""
    accepted: bool = False

    @property
    def strange(self) -> bool:
        """Whether it has to be accepted by itself."""
        return self.code in file_doubts.STRANGE


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What the file would do now."""

    document: PlanDocument
    imported: Imported
    rows: Sequence[Row]
    elsewhere: int
    version: str

    def unanswered(self, everything: bool) -> list[Row]:
        """The doubts that nobody has accepted; `everything` accepts all but those of a strange file."""
        return [row for row in self.rows if not row.accepted and (row.strange or not everything)]


# --- receiving and reading -------------------------------------------------------------------------------------------


def under_way(user: User, plan: Plan) -> list[PlanUpload]:
    """The file that the user is looking at; before it one that is to take its place, until it is read. One query."""
    return list(_beside(PlanUpload(plan=plan, uploaded_by=user)).order_by("-arriving"))


def _beside(upload: PlanUpload) -> QuerySet[PlanUpload]:
    """What else its sender has under way in the plan."""
    rows = PlanUpload.objects.filter(plan=upload.plan_id, uploaded_by=upload.uploaded_by_id, applied_at=None)
    return rows.exclude(pk=upload.pk)


def last_taken(plan: Plan) -> PlanUpload | None:
    """The file that was taken last, whose assignment is the template of the next. One query."""
    rows = PlanUpload.objects.filter(plan=plan).exclude(applied_at=None).defer("content", "reading")
    return rows.select_related("uploaded_by").order_by("-applied_at").first()


def taken_before(upload: PlanUpload) -> PlanUpload | None:
    """The same file, where the plan has taken it already. One query."""
    rows = PlanUpload.objects.filter(plan=upload.plan, sha256=upload.sha256).exclude(applied_at=None)
    return rows.defer("content", "reading").order_by("-applied_at").first()


def blank_form(*, user: User, plan: Plan) -> bytes:
    """The list to be filled in, with the columns and years of the plan, as a workbook."""
    require_may(user, plan)
    audit.write(actor=user, action="plan.blank_form", subject=f"plan:{plan.name}")
    form = planning.form_of(plan)
    return plan_list.blank_list(plan=plan.name, city=plan.city, years=plan.years, form=form)


def receive(*, user: User, plan_id: int, path: Path, filename: str) -> PlanUpload:
    """Hold the file for the user, in place of another as soon as it is read, and have it read with the template of last
    time. Raises NotAllowed, and Invalid with the sentence of what is wrong with a small file: that is not held."""
    plan = _allowed(user, plan_id)
    content, before = path.read_bytes(), last_taken(plan)
    corrections = {"roles": before.assignment} if before else {}
    upload = PlanUpload(plan=plan, uploaded_by=user, uploaded_at=clock.now(), content=content, corrections=corrections)
    upload.filename, upload.sha256 = file_names.clean(filename, "計画"), hashlib.sha256(content).hexdigest()
    try:
        with transaction.atomic():
            PlanUpload.objects.filter(applied_at=None, uploaded_at__lt=clock.now() - HOLD).delete()
            earlier = _beside(upload)
            if taking := earlier.filter(request__act="take").first():
                sentence = _("「%(name)s」を取り込んでいます。終わってから送ってください。")
                raise Invalid(sentence % {"name": taking.filename})
            earlier.filter(Q(arriving=True) | Q(reading={})).delete()
            upload.arriving = earlier.exists()
            upload.save()
            job = _request(user, upload, "plan.file", act="read", corrections=upload.corrections)
        return _at_once(upload, job)
    except Invalid:
        PlanUpload.objects.filter(pk=upload.pk or 0).delete()
        raise


# --- in the background ---------------------------------------------------------------------------------------------------


def ask(*, user: User, upload: PlanUpload, act: str, **what: Any) -> PlanUpload:
    """Have the file read with these `corrections` and this `year`, or taken in this `version`, of which they say only
    what is accepted: by a job, that of a small file at once. Raises NotAllowed, AlreadyDecided while it is at work, and Invalid with what a small file is refused for."""
    _allowed(user, upload.plan_id)
    with transaction.atomic():
        job = _request(user, upload, "plan.file_take" if act == "take" else "plan.file_read", act=act, **what)
    return _at_once(upload, job)


def _request(user: User, upload: PlanUpload, action: str, **request: Any) -> Job:
    request["language"] = get_language()
    accepted = {"corrections": request["corrections"]} if request["act"] == "take" else {}
    if not PlanUpload.objects.filter(pk=upload.pk, request={}).update(request=request, refusal="", **accepted):
        raise AlreadyDecided(_("このファイルは、今読み取っているところか、取りやめられています。"))
    _tell(user, upload, action, request["corrections"])
    return jobs.request(KIND, key=f"{KIND}:{upload.pk}", args={"upload": upload.pk})


def _at_once(upload: PlanUpload, job: Job) -> PlanUpload:
    """Do it now where the file is small. Raises Invalid with what it is refused for."""
    if len(upload.content) <= AT_ONCE:
        jobs.run(job.pk)
    upload = PlanUpload.objects.select_related("plan").get(pk=upload.pk)
    if upload.refusal and not upload.request:
        PlanUpload.objects.filter(pk=upload.pk).update(refusal="")
        raise Invalid(upload.refusal)
    return upload


def work_on(held: jobs.Claim) -> None:
    """The job: what was requested. What stands against it is kept for the person as a sentence."""
    upload = PlanUpload.objects.select_related("plan", "uploaded_by").filter(pk=held.args["upload"]).first()
    if upload is None or not upload.request:
        with held.finishing():
            return
    with translation.override(upload.request["language"]):
        try:
            _allowed(upload.uploaded_by, upload.plan_id)
            act = _take_as_requested if upload.request["act"] == "take" else _read_as_requested
            act(held, upload, upload.request)
        except (Invalid, Stale, NotAllowed, AlreadyDecided) as refusal:
            with held.finishing():
                stored = PlanUpload.objects.select_related("plan").get(pk=upload.pk)
                if isinstance(refusal, Stale):
                    _try(stored)
                if not _stays_with_the_first(stored, refusal):
                    stored.request, stored.refusal = {}, str(refusal)
                    stored.content = stored.content if stored.is_read else b""  # it may be anything
                    stored.save(update_fields=["request", "refusal", "trial", "content"])


def _read_as_requested(held: jobs.Claim, upload: PlanUpload, request: Mapping[str, Any]) -> None:
    """Read it, anew where a correction needs that, and hold what taking it would do."""
    corrections, before = dict(request["corrections"]), upload.corrections
    held.progress(0, 2, _("ファイルを読み取っています"))
    if not upload.reading:
        upload.reading, corrections = _read_first(upload, corrections)
    elif any(corrections.get(name) != before.get(name) for name in READ_ANEW):
        upload.reading = _read(upload, corrections)
    upload.corrections, upload.sheets_year = corrections, request.get("year")
    held.progress(1, 2, _("今の計画と見比べています"))
    _try(upload)
    upload.request = {}
    with held.finishing():
        if upload.arriving:
            _replace(upload)
        upload.save(update_fields=["reading", "trial", "corrections", "sheets_year", "request", "arriving"])


def _replace(upload: PlanUpload) -> None:
    """The file before it goes, now that this one can be looked at."""
    for before in _beside(upload).select_related("plan").select_for_update(of=("self",)):
        _tell(upload.uploaded_by, before, "plan.file_drop", before.corrections)
        before.delete()
    upload.arriving = False


def _stays_with_the_first(upload: PlanUpload, refusal: Exception) -> bool:
    """Whether the file before it says why this one could not take its place; of a small one its sender hears at once."""
    sentence = _("「%(name)s」は読み取れなかったので、替えていません。%(why)s")
    sentence %= {"name": upload.filename, "why": refusal}
    large = upload.arriving and len(upload.content) > AT_ONCE
    return bool(large and _beside(upload).update(refusal=sentence) and upload.delete())


def _read_first(upload: PlanUpload, corrections: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read with the template of last time; without it where it does not fit."""
    try:
        reading = _read(upload, corrections)
    except Invalid:
        if not corrections:
            raise
        reading, corrections = _read(upload, {}), {}
    keys = {column["key"] for column in reading.get("columns", ())}
    return reading, {"roles": {key: role for key, role in corrections.get("roles", {}).items() if key in keys}}


def _take_as_requested(held: jobs.Claim, upload: PlanUpload, request: Mapping[str, Any]) -> None:
    held.progress(1, 2, _("計画に取り込んでいます"))
    with held.finishing():
        version, everything = request["version"], request["everything"]
        take(user=upload.uploaded_by, upload_id=upload.pk, version=version, everything=everything)


def drop(*, user: User, upload: PlanUpload) -> None:
    """Forget the file."""
    _allowed(user, upload.plan_id)
    with transaction.atomic():
        _tell(user, upload, "plan.file_drop", upload.corrections)
        upload.delete()


def _tell(user: User, upload: PlanUpload, action: str, corrections: Mapping[str, Any]) -> None:
    audit.write(actor=user, action=action, subject=f"plan:{upload.plan.name}", after=_note(upload, corrections))


def _note(upload: PlanUpload, corrections: Mapping[str, Any]) -> dict[str, Any]:
    return {"file": upload.filename, "sha256": upload.sha256, "corrections": corrections}


def _allowed(user: User, plan_id: int) -> Plan:
    holders.standing(user, fresh=True)
    plan = Plan.objects.get(pk=plan_id)
    require_may(user, plan)
    return plan


def require_may(user: User, plan: Plan) -> None:
    """Raise NotAllowed unless the user may bring files into the plan."""
    sentence = _("計画の取込みは、%(office)sの確認者が行います(確認者がいない間は管理者)。")
    require(permissions.may_change_plan(user, plan.pk), sentence, plan)


def _read(upload: PlanUpload, corrections: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says, read in another process: up to 10 s."""
    with tempfile.NamedTemporaryFile(suffix=".upload") as copy:
        copy.write(bytes(upload.content))
        copy.flush()
        return incoming.read("form", Path(copy.name), {**corrections, "called": planning.called(upload.plan)})


def document_of(reading: Mapping[str, Any], corrections: Mapping[str, Any], plan: Plan) -> PlanDocument:
    """The document as it is read and mended. Raises Invalid for what cannot be stored in the plan."""
    try:
        return mended(document_in(reading, planning.known(plan)), Mends.of(corrections))
    except DocumentError as error:
        raise Invalid(worded(str(error))) from error


# --- looking at it ---------------------------------------------------------------------------------------------------


def mends_of(corrections: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the corrections that change what is read, not what is accepted."""
    return {name: corrections[name] for name in (*READ_ANEW, "offices", "codes") if corrections.get(name)}


def _import(upload: PlanUpload, read: PlanDocument, *, by: User | None = None) -> Imported:
    """Import what was read, with all proposals accepted, by a person; else only try what that would do."""
    document, plan = mended(read, proposals(read)), upload.plan
    year = upload.sheets_year or min(max(planning.sheets_year(document), plan.first_year), plan.last_year)
    upload.sheets_year = year
    note, names = _note(upload, upload.corrections), {"plan_name": plan.name, "city": plan.city}
    return planning.import_plan(document, **names, year=year, dry_run=by is None, by=by, note=note)


def _try(upload: PlanUpload) -> None:
    """Note what taking it would do with the present data. Raises Invalid where it cannot be taken."""
    upload.trial = asdict(_import(upload, _read_of(upload)))


def _read_of(upload: PlanUpload) -> PlanDocument:
    return document_of(upload.reading, upload.corrections, upload.plan)


def preview(upload: PlanUpload) -> Preview:
    """What the file would do, as it was tried last; nothing is written."""
    trial = upload.trial
    doubts = tuple(Doubt(**one) for one in trial["doubts"])
    changes = tuple(Change(**one) for one in trial["changes"])
    return _preview(upload, _read_of(upload), Imported(**{**trial, "doubts": doubts, "changes": changes}))


def _preview(upload: PlanUpload, read: PlanDocument, imported: Imported) -> Preview:
    doubts = dict.fromkeys([*read.doubts, *imported.doubts])
    rows = sorted(_rows(upload, read, doubts), key=lambda row: (not row.strange, not row.place))
    seen = mends_of(upload.corrections), upload.sheets_year, imported.written, [row.key for row in rows]
    text = json.dumps([*seen, [asdict(one) for one in imported.changes]], sort_keys=True, ensure_ascii=False)
    version, elsewhere = hashlib.sha256(text.encode()).hexdigest()[:32], sum(one.code in ELSEWHERE for one in doubts)
    document = mended(read, proposals(read))
    return Preview(document=document, imported=imported, rows=rows, elsewhere=elsewhere, version=version)


def _rows(upload: PlanUpload, read: PlanDocument, doubts: Iterable[Doubt]) -> Iterator[Row]:
    """Those of cells with the cell's text, those of departments and 施策ID with the name."""
    cells = {(sheet, cell): text for sheet, cell, text in upload.reading.get("cells", ())}
    of_cells = {doubt_of(one): (one["sheet"], one["cell"]) for one in upload.reading["doubts"]}
    for doubt in doubts:
        if doubt.code in ELSEWHERE:
            continue
        place, text = _place(doubt, read), doubt.proposal
        if (at := of_cells.get(doubt)) in cells:
            place, text = ("cells", *at), cells[at]
        facts = {"code": doubt.code, "measure": doubt.measure, "detail": doubt.detail, "proposal": doubt.proposal}
        key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
        yield Row(key=key, place=place, text=text, accepted=key in upload.corrections.get("accepted", ()), **facts)


def _place(doubt: Doubt, document: PlanDocument) -> tuple[str, ...]:
    spoken = spoken_of(document, doubt)
    if not spoken:
        return ()
    return ("codes", spoken) if doubt.code in CODE else ("offices", doubt.measure, spoken)


# --- taking it -------------------------------------------------------------------------------------------------------


def take(*, user: User, upload_id: int, version: str, everything: bool) -> Imported:
    """Take the file as a whole. `everything` accepts the doubts that nobody has looked at one by one.

    Raises NotAllowed, Stale where the plan or the file is not what was looked at, and Invalid while doubts are open or
    where there is nothing to take. One transaction with its audit row.
    """
    with transaction.atomic():
        upload = PlanUpload.objects.select_for_update(of=("self",)).get(pk=upload_id, uploaded_by_id=user.pk)
        plan = Plan.objects.select_for_update(no_key=True).get(pk=upload.plan_id)
        _allowed(user, plan.pk)
        if upload.applied_at:
            raise AlreadyDecided(_("このファイルは、もう取り込まれています。"))
        read = _read_of(upload)  # beside the plan as it is before
        shown = _preview(upload, read, _import(upload, read, by=user))
        if shown.version != version:
            raise Stale(_("確かめている間に、計画かファイルの読み方が変わりました。もう一度見比べてください。"), {})
        if left := shown.unanswered(everything):
            sentence = _("確かめていない点が%(n)s件あります。印を付けるか、直してください。") % {"n": len(left)}
            raise Invalid(sentence, {row.key: row.detail for row in left})
        if not shown.imported.written:
            raise Invalid(_("計画は、すでにこのファイルのとおりです。取り込むものはありません。"))
        upload.assignment = template(upload.reading.get("columns", ()))
        upload.applied_at, upload.content, upload.reading, upload.request = clock.now(), b"", {}, {}
        upload.trial = {"measures": shown.imported.measures, "goals": shown.imported.indicators}
        upload.save(update_fields=["assignment", "applied_at", "content", "reading", "trial", "request"])
        return shown.imported
