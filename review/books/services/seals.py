"""The seal of a row that must never change: one hash over the whole row, chained from edition to edition."""

from datetime import UTC, datetime

from review.domain.plain_data import digest
from review.models import Artifact, Edition


def edition_seal(edition: Edition) -> str:
    """The seal of an edition: everything but its id and `current`; of the snapshot only its sha256.

    One query for each related row that is not loaded.
    """
    return digest(
        {
            "cycle": edition.cycle_id,
            "number": edition.number,
            "kind": edition.kind,
            "sha256": edition.sha256,
            "prepared_by": str(edition.prepared_by.key) if edition.prepared_by else None,
            "decided_by": str(edition.decided_by.key),
            "decided_at": _moment(edition.decided_at),
            "meeting": edition.meeting_id,
            "published_at": _moment(edition.published_at),
            "previous": edition.previous.seal if edition.previous else None,
        }
    )


_OF_FILE = ("kind", "revision", "label", "path", "filename", "sha256", "size", "warnings")


def artifact_seal(artifact: Artifact) -> str:
    """The seal of an edition's file, which carries the file's own sha256 and size."""
    return digest(
        {
            **{name: getattr(artifact, name) for name in _OF_FILE},
            "edition": artifact.edition_id,
            "cycle": artifact.cycle_id,
            "created_at": _moment(artifact.created_at),
        }
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
