"""What was submitted, said and decided can only be added: the database refuses to change or delete it.

What happens to such a row later is a column that is filled once (取下げ, the end of a recorded decision, withdrawn
evidence) or a row of its own. A file that is taken back keeps its row from now on; what was taken back before is gone.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from review.migrations import _frozen_rows

#: {table: the columns that may be filled once}, as of this migration.
FROZEN = {
    "review_submission": ("recalled_at", "recalled_by_id"),
    "review_decision": (),
    "review_recordeddecision": ("closed_at", "decision_id"),
    "review_correctiondecision": (),
    "review_laterreading": (),
    "review_rating": (),
    "review_itemcomment": (),
    "review_evidence": ("withdrawn_at", "withdrawn_by_id"),
}


def protect(apps, schema_editor):
    for table, fillable in FROZEN.items():
        _frozen_rows.freeze(schema_editor, table, fillable)


def release(apps, schema_editor):
    for table in FROZEN:
        _frozen_rows.thaw(schema_editor, table)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {_frozen_rows.FUNCTION}()", params=None)
    # The version before knows no withdrawn file: there its row went with it.
    schema_editor.execute("DELETE FROM review_evidence WHERE withdrawn_at IS NOT NULL", params=None)


class Migration(migrations.Migration):
    dependencies = [("review", "0050_seals"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField(
            model_name="evidence",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="evidence",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RemoveConstraint(model_name="evidence", name="evidence_once_an_item"),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("review", "item", "sha256"),
                name="evidence_once_an_item",
            ),
        ),
        migrations.RunPython(protect, release),
    ]
