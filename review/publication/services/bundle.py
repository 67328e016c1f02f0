"""The static bundle: the public site as one archive that can be carried out of the closed network.

It holds the site as it stood when its edition was published, so it never changes: the same edition gives the same bytes,
whoever makes it and when. The pages come from the screens, handed in as `pages`; here is the archive.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.utils import timezone

from review.background.services import jobs
from review.background.services.jobs import Claim, Failure
from review.books.services import artifacts
from review.books.services.editions import audit_head
from review.domain.fiscal import fiscal_year_label
from review.domain.form_labels import AUDIT_HEAD
from review.models import Artifact, Edition, Job, User
from review.trail.services import audit

KIND = "site_bundle"
MANIFEST = "manifest-sha256.txt"
README = "README.txt"
#: already compressed: packing it again would cost time and gain nothing
PACKED = (".woff2", ".xlsx", ".pdf")

Progress = Callable[[int, int], None]
Pages = Callable[[Edition, Progress | None], Iterator[tuple[str, bytes]]]


def request(*, user: User, edition: Edition) -> Job:
    """Ask for the bundle of an edition."""
    audit.write(user, "bundle.request", f"cycle:{edition.cycle_id}", after={"edition": edition.number})
    return jobs.request(KIND, key=f"{KIND}:{edition.pk}", args={"edition": edition.pk}, cycle=edition.cycle)


def write(edition: Edition, out: BinaryIO, pages: Pages, progress: Progress | None = None) -> list[str]:
    """Write the archive; returns nothing to warn of. Raises Failure while a book of an edition is still being made."""
    require_books(edition)
    pack(edition, pages(edition, progress), out)
    return []


def pack(edition: Edition, files: Iterable[tuple[str, bytes]], out: BinaryIO) -> None:
    """The archive of some files, with what it is and their checksums. The same files give the same bytes."""
    moment = timezone.localtime(edition.published_at)
    sums: dict[str, str] = {}
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for place, content in files:
            _put(archive, place, content, moment)
            sums[place] = hashlib.sha256(content).hexdigest()
        readme = readme_of(edition).encode()
        _put(archive, README, readme, moment)
        sums[README] = hashlib.sha256(readme).hexdigest()
        lines = "".join(f"{sums[place]}  {place}\n" for place in sorted(sums))
        _put(archive, MANIFEST, lines.encode(), moment)


def _put(archive: ZipFile, place: str, content: bytes, moment: datetime) -> None:
    """One file whose entry has no time, place or author."""
    entry = ZipInfo(place, date_time=moment.timetuple()[:6])
    entry.create_system = 3  # so that the archive is the same whatever the machine
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, ZIP_STORED if place.endswith(PACKED) else ZIP_DEFLATED)


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


def readme_of(edition: Edition) -> str:
    """What the archive is and how it is checked, in plain text."""
    year = fiscal_year_label(edition.cycle.fiscal_year)
    return (
        f"{edition.cycle.plan.city} {edition.cycle.plan.name} {year} 評価結果 {edition.label}\n\n"
        "results/index.html を開くと、公表した評価結果のすべてのページを読めます。\n"
        "このフォルダーをそのままウェブサーバーに置けます。プログラムやデータベースは要りません。\n"
        f"改ざんや欠けがないかは、次のコマンドで確かめられます: sha256sum --check {MANIFEST}\n"
        f"公表内容の照合値 (sha256): {edition.sha256}\n"
        f"{_audit_line(edition)}\n"
        "Open results/index.html (English: results/en/index.html). Put the folder on any web server as it is.\n"
        f"Check it with: sha256sum --check {MANIFEST}\n"
    )


def _audit_line(edition: Edition) -> str:
    head = audit_head(edition.snapshot)
    return f"{AUDIT_HEAD}: {head}\n" if head else ""


def make(claim: Claim, *, pages: Pages) -> None:
    """Build the bundle of an edition, once."""

    def report(done: int, total: int) -> None:
        claim.progress(done, total, "ページを書いています")

    artifacts.produce_for_edition(
        claim,
        lambda edition: lambda out: write(edition, out, pages, report),
        kind=Artifact.Kind.BUNDLE,
        check=check,
        ending="zip",
        name="評価結果サイト",
        tail="-site",
    )


def check(path: Path) -> None:
    """Read a finished archive again: every file is there once and matches the manifest. Raises ValueError."""
    with ZipFile(path) as archive:
        names = archive.namelist()
        sums: dict[str, Any] = {}
        for line in archive.read(MANIFEST).decode().splitlines():
            digest, _space, place = line.partition("  ")
            sums[place] = digest
        if len(names) != len(set(names)) or set(names) != {*sums, MANIFEST}:
            raise ValueError(f"{path.name} does not hold what its manifest names")
        for place, digest in sums.items():
            if hashlib.sha256(archive.read(place)).hexdigest() != digest:
                raise ValueError(f"{place} of {path.name} does not match its checksum")
