"""Office and body are names of the plan; plans that are there already keep the words that the product had until now."""

import django.db.models.deletion
from django.db import migrations, models


def keep_the_words(apps, schema_editor):
    apps.get_model("review", "Plan").objects.update(office="情報経営課", body="DX推進本部")


def name(label, default):
    return models.CharField(default=default, max_length=60, verbose_name=label)


def english(label):
    return models.CharField(blank=True, default="", max_length=100, verbose_name=label)


class Migration(migrations.Migration):
    dependencies = [("review", "0006_value_state")]

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
        migrations.RunPython(keep_the_words, migrations.RunPython.noop),
    ]
