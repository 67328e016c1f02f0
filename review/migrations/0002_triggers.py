"""What only the database can hold: the trail grows and nothing else, editions stand, and so does what was submitted and decided.

Each is one operation: a later migration that alters such a table takes the triggers away before and makes them again after.
"""

from django.db import migrations

from review.migrations import _audit_chain, _editions_stand, _frozen_rows

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


def freeze(apps, schema_editor):
    for table, fillable in FROZEN.items():
        _frozen_rows.freeze(schema_editor, table, fillable)


def thaw(apps, schema_editor):
    for table in FROZEN:
        _frozen_rows.thaw(schema_editor, table)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {_frozen_rows.FUNCTION}()", params=None)


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial")]

    operations = [
        migrations.RunPython(_audit_chain.protect, _audit_chain.release),
        migrations.RunPython(_editions_stand.protect, _editions_stand.release),
        migrations.RunPython(freeze, thaw),
    ]
