"""A file of a plan is read and taken by a job: what was requested, and why it could not be done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0014_plan_edits")]

    operations = [
        migrations.AddField("planupload", "request", models.JSONField(blank=True, default=dict)),
        migrations.AddField("planupload", "refusal", models.TextField(blank=True, default=""), preserve_default=False),
    ]
