"""The state of a value and the answers to its doubts stand beside it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0003_texts_by_key")]

    operations = [
        migrations.AddField(
            "indicatoryear", "state", models.CharField(blank=True, default="", max_length=12, verbose_name="値の状態"),
            preserve_default=False,
        ),
        migrations.AddField("indicatoryear", "state_until", models.DateField(blank=True, null=True)),
        migrations.AddField(
            "indicatoryear", "proposed_state", models.CharField(blank=True, default="", max_length=12),
            preserve_default=False,
        ),
        migrations.AddField(
            "indicatoryear", "answers", models.JSONField(blank=True, default=dict, verbose_name="注意への回答")
        ),
    ]  # fmt: skip
