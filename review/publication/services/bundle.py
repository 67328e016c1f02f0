"""The static bundle: the public site as one archive that can be carried out of the closed network.

It holds the site as it stood when its edition was published, or the 計画期間の総括 after it, so it never changes: the same
edition gives the same bytes, whoever makes it and when. The pages come from the screens, handed in as `pages`; here is the archive.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple
from zipfile import ZipFile

from django.db.models import Subquery
from django.utils import timezone

from review.background.services import jobs
from review.background.services.jobs import Claim, Failure
from review.books.services import artifacts
from review.books.services.editions import audit_head
from review.domain.fiscal import fiscal_year_label
from review.domain.form_labels import AUDIT_HEAD
from review.models import Artifact, Cycle, Edition, Job, SummaryEdition, User
from review.trail.services import audit
from review.workbook.zip_parts import Part, ZipParts, compress, entries

KIND = "site_bundle"
MANIFEST = "manifest-sha256.txt"
README = "README.txt"

Progress = Callable[[int, int], None]


class Packed(NamedTuple):
    """A file as it stands in an archive, with the digest of what it holds."""

    part: Part
    sha256: str


def packed(content: bytes) -> Packed:
    """The file as it will stand in an archive."""
    return Packed(compress(content), hashlib.sha256(content).hexdigest())


Pages = Callable[[Edition, Progress | None, SummaryEdition | None], Iterator[tuple[str, bytes | Packed]]]


class Former:
    """A finished archive, from which files are taken over as they stand."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._entries = stream, entries(stream)
        self.sums = sums_of((self.read(MANIFEST) or b"").decode())

    def read(self, place: str) -> bytes | None:
        """What the file holds; None where there is none."""
        return self._part(place).content() if place in self._entries else None

    def member(self, place: str) -> Packed:
        """The file as it stands. Raises KeyError where there is none."""
        return Packed(self._part(place), self.sums[place])

    def _part(self, place: str) -> Part:
        crc, size, at, deflated = self._entries[place]
        self._stream.seek(at)
        return Part(crc, size, self._stream.read(deflated))


def sums_of(manifest: str) -> dict[str, str]:
    """{place: digest} by an archive's manifest."""
    return {place: digest for digest, _space, place in (line.partition("  ") for line in manifest.splitlines())}


def newest_summary(cycle: Cycle) -> SummaryEdition | None:
    """The newest edition of the plan's 総括, for its last year; None where a correction of the year came after it, whose
    own site holds it. One query; none for another year."""
    if cycle.fiscal_year != cycle.plan.last_year:
        return None
    last = cycle.editions.order_by("-published_at").values("published_at")[:1]
    rows = SummaryEdition.objects.filter(plan=cycle.plan_id, published_at__gte=Subquery(last))
    return rows.select_related("plan").order_by("number").last()


def last_before(summary: SummaryEdition) -> Edition:
    """The last edition of all that was published when the 総括 was. One query."""
    rows = Edition.objects.filter(published_at__lte=summary.published_at).select_related("cycle__plan")
    return rows.latest("pk")


def request(*, user: User, edition: Edition, summary: SummaryEdition | None = None) -> Job:
    """Ask for the bundle of an edition, or of the 総括 after it."""
    after = {"edition": edition.number, **({"summary": summary.number} if summary else {})}
    audit.write(user, "bundle.request", f"cycle:{edition.cycle_id}", after=after)
    if summary:
        key = f"{KIND}:summary:{edition.cycle_id}"
        return jobs.request(KIND, key=key, args={"summary_of": edition.cycle_id}, cycle=edition.cycle)
    return jobs.request(KIND, key=f"{KIND}:{edition.pk}", args={"edition": edition.pk}, cycle=edition.cycle)


def write(
    edition: Edition,
    out: BinaryIO,
    pages: Pages,
    progress: Progress | None = None,
    summary: SummaryEdition | None = None,
) -> list[str]:
    """Write the archive; returns nothing to warn of. Raises Failure while a book of an edition is still being made."""
    require_books(edition)
    pack(summary or edition, pages(edition, progress, summary), out)
    return []


def pack(published: Edition | SummaryEdition, files: Iterable[tuple[str, bytes | Packed]], out: BinaryIO) -> None:
    """The archive of some files, with what it is and their checksums. The same files give the same bytes."""
    archive = ZipParts(out, timezone.localtime(published.published_at))
    sums: dict[str, str] = {}

    def put(place: str, content: bytes | Packed) -> None:
        part, sums[place] = content if isinstance(content, Packed) else packed(content)
        archive.add(place, part)

    for place, content in files:
        put(place, content)
    put(README, readme_of(published).encode())
    put(MANIFEST, "".join(f"{sums[place]}  {place}\n" for place in sorted(sums)).encode())
    archive.close()


def require_books(edition: Edition) -> None:
    """Raises Failure where a workbook or PDF of this or an earlier edition is not finished: the bundle would lack it."""
    required = {Artifact.Kind.CONSOLIDATED.value, Artifact.Kind.BOOK_PDF.value}
    made: dict[int, set[str]] = {}
    for pk, kind in Artifact.objects.filter(edition__pk__lte=edition.pk).values_list("edition_id", "kind"):
        made.setdefault(pk, set()).add(kind)
    if any(
        required - made.get(pk, set()) for pk in Edition.objects.filter(pk__lte=edition.pk).values_list("pk", flat=True)
    ):
        raise Failure("公表版の集約表(Excel・PDF)がまだできていません。できあがってから、もう一度お試しください。")


def readme_of(published: Edition | SummaryEdition) -> str:
    """What the archive is and how it is checked, in plain text."""
    if isinstance(published, Edition):
        plan, audited = published.cycle.plan, _audit_line(published)
        what = f"{fiscal_year_label(published.cycle.fiscal_year)} 評価結果 {published.label}"
    else:
        plan, audited, what = published.plan, "", label_of(published)
    return (
        f"{plan.city} {plan.name} {what}\n\n"
        "results/index.html を開くと、公表した評価結果のすべてのページを読めます。\n"
        "このフォルダーをそのままウェブサーバーに置けます。プログラムやデータベースは要りません。\n"
        f"改ざんや欠けがないかは、次のコマンドで確かめられます: sha256sum --check {MANIFEST}\n"
        f"公表内容の照合値 (sha256): {published.sha256}\n"
        f"{audited}\n"
        "Open results/index.html (English: results/en/index.html). Put the folder on any web server as it is.\n"
        f"Check it with: sha256sum --check {MANIFEST}\n"
    )


def label_of(summary: SummaryEdition) -> str:
    """計画期間の総括 第1版."""
    return f"計画期間の総括 第{summary.number}版"


def _audit_line(edition: Edition) -> str:
    head = audit_head(edition.snapshot)
    return f"{AUDIT_HEAD}: {head}\n" if head else ""


def make(claim: Claim, *, pages: Pages) -> None:
    """Build the bundle of an edition or of a 総括, once."""

    def report(done: int, total: int) -> None:
        claim.progress(done, total, "ページを書いています")

    if "summary_of" in claim.args:
        return _make_with_summary(claim, pages, report)
    artifacts.produce_for_edition(
        claim,
        lambda edition: lambda out: write(edition, out, pages, report),
        kind=Artifact.Kind.BUNDLE,
        check=check,
        ending="zip",
        name="評価結果サイト",
        tail="-site",
    )


def _make_with_summary(claim: Claim, pages: Pages, report: Progress) -> None:
    cycle = Cycle.objects.select_related("plan").get(pk=claim.args["summary_of"])
    summary = newest_summary(cycle)
    if summary is None:
        raise Failure("この計画の総括は、まだ公表されていません。")
    which = {"kind": Artifact.Kind.BUNDLE, "cycle": cycle, "label": label_of(summary)}
    if artifacts.exists(claim, **which):
        return
    edition = last_before(summary)
    artifacts.produce(
        claim,
        lambda out: write(edition, out, pages, report, summary),
        path=f"{cycle.folder}/editions/summary-{summary.number}-site",
        ending="zip",
        check=check,
        filename=f"{cycle.file_name}_総括_第{summary.number}版_評価結果サイト.zip",
        **which,
    )


def check(path: Path) -> None:
    """Read a finished archive again: every file is there once and matches the manifest. Raises ValueError."""
    with ZipFile(path) as archive:
        names, sums = archive.namelist(), sums_of(archive.read(MANIFEST).decode())
        if len(names) != len(set(names)) or set(names) != {*sums, MANIFEST}:
            raise ValueError(f"{path.name} does not hold what its manifest names")
        for place, digest in sums.items():
            if hashlib.sha256(archive.read(place)).hexdigest() != digest:
                raise ValueError(f"{place} of {path.name} does not match its checksum")
