"""Failures that end by themselves: how many tries came to an end, which failures are final, since when they are told.

A job that stands as failed was told to the operators when it failed; it is tried again from now on.
"""

from django.db import migrations, models
from django.db.models import F


def failed_jobs_were_told(apps, schema_editor):
    apps.get_model("review", "Job").objects.filter(state="failed").update(told_at=F("not_before"))


class Migration(migrations.Migration):
    dependencies = [("review", "0037_recorded_by_proxy")]

    operations = [
        migrations.AddField("job", "ended_attempts", models.PositiveIntegerField(db_default=0, default=0)),
        migrations.AddField("job", "final", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("job", "told_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("mail", "ended_attempts", models.PositiveIntegerField(db_default=0, default=0)),
        migrations.RunPython(failed_jobs_were_told, migrations.RunPython.noop, elidable=True),
        migrations.RemoveIndex("outboxevent", "outbox_undelivered"),
        migrations.AddIndex(
            "outboxevent",
            models.Index(
                condition=models.Q(("delivered_at", None)), fields=["not_before"], name="outbox_undelivered"
            ),
        ),
    ]
