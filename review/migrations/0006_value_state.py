"""The state of a value and the answers to its doubts stand beside it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0005_plan_short_name")]

    operations = [
        migrations.AddField(
            "indicatoryear", "answers", models.JSONField(blank=True, default=dict, verbose_name="値の状態・疑問点への回答")
        ),
    ]
