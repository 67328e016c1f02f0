"""Office and body are names of the plan; plans that are there already keep the words that the product had until now.

And the opinions of those who evaluate from outside, one row each.
"""

import json
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def keep_the_words(apps, schema_editor):
    words = Path(settings.BASE_DIR, "review", "seed", "former_names.json").read_text(encoding="utf-8")
    apps.get_model("review", "Plan").objects.update(**json.loads(words))


def name(label, default):
    return models.CharField(default=default, max_length=60, verbose_name=label)


def english(label):
    return models.CharField(blank=True, default="", max_length=100, verbose_name=label)


def person(**options):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, **options
    )


class Migration(migrations.Migration):
    dependencies = [("review", "0007_shape")]

    operations = [
        migrations.AddField("plan", "office", name("確認する課の名前", "事務局")),
        migrations.AddField("plan", "office_en", english("確認する課の英語名"), preserve_default=False),
        migrations.AddField(
            "plan",
            "office_department",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="review.department",
                verbose_name="確認する課の部署",
            ),
        ),
        migrations.AddField("plan", "body", name("決定する会議の名前", "決定機関")),
        migrations.AddField("plan", "body_en", english("決定する会議の英語名"), preserve_default=False),
        migrations.CreateModel(
            "Opinion",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("giver", models.CharField(max_length=100, verbose_name="意見を述べた会議・人")),
                ("given_on", models.DateField(verbose_name="意見の日付")),
                ("text", models.TextField(verbose_name="意見")),
                ("recorded_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("recorded_by", person()),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="review.measurereview",
                    ),
                ),
                ("withdrawn_by", person(null=True, blank=True)),
            ],
            options={
                "verbose_name": "外部評価の意見",
                "verbose_name_plural": "外部評価の意見",
                "ordering": ["review", "given_on", "pk"],
            },
        ),
        migrations.RunPython(keep_the_words, migrations.RunPython.noop),
    ]
