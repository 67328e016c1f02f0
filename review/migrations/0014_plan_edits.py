"""A 施策 is changed by one form, and a goal continues one of another 施策."""

import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("add", "施策の追加"), ("edit", "施策の内容の変更"), ("rename", "施策名の変更"), ("owner", "主管部署の変更"),
    ("split", "施策の分割"), ("merge", "施策の統合"), ("end", "施策の終了"), ("indicator-add", "成果目標の追加"),
    ("indicator-rename", "評価項目の変更"), ("indicator-split", "成果目標の分割"), ("indicator-merge", "成果目標の統合"),
    ("indicator-end", "成果目標の終了"), ("extend", "計画の延長"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("review", "0013_import_template")]

    operations = [
        migrations.AlterField(
            "indicator",
            "continues",
            models.ForeignKey(
                "review.indicator", blank=True, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="continued_by", verbose_name="続く元の成果目標",
            ),
        ),
        migrations.AlterField(
            "planchange", "kind", models.CharField(choices=KINDS, max_length=20, verbose_name="変更の種類")
        ),
    ]  # fmt: skip
