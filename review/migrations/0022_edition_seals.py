"""Seals for the editions and files that stand already. Frozen here: services.seals may grow, these rows keep theirs."""

import hashlib
import json
from datetime import UTC

from django.db import migrations


def _digest(data):
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _moment(at):
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def seal(apps, schema_editor):
    """Only 第1版 exist before corrections: nothing stands before them."""
    Edition, Artifact = apps.get_model("review", "Edition"), apps.get_model("review", "Artifact")
    for edition in Edition.objects.select_related("decided_by").defer("snapshot"):
        edition.decided_at = edition.published_at
        edition.seal = _digest(
            {
                "cycle": edition.cycle_id,
                "number": edition.number,
                "kind": edition.kind,
                "sha256": edition.sha256,
                "prepared_by": None,
                "decided_by": str(edition.decided_by.key),
                "decided_at": _moment(edition.decided_at),
                "meeting": None,
                "published_at": _moment(edition.published_at),
                "previous": None,
            }
        )
        edition.save(update_fields=["decided_at", "seal"])
    for artifact in Artifact.objects.filter(edition__isnull=False):
        artifact.seal = _digest(
            {
                "edition": artifact.edition_id,
                "cycle": artifact.cycle_id,
                "kind": artifact.kind,
                "revision": artifact.revision,
                "label": artifact.label,
                "path": artifact.path,
                "filename": artifact.filename,
                "sha256": artifact.sha256,
                "size": artifact.size,
                "warnings": artifact.warnings,
                "created_at": _moment(artifact.created_at),
            }
        )
        artifact.save(update_fields=["seal"])


class Migration(migrations.Migration):
    dependencies = [("review", "0021_corrections")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
