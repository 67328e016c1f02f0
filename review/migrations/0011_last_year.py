"""A plan's end: its extension is a change of the plan."""

from django.db import migrations, models

KINDS = [
    ("add", "施策の追加"),
    ("rename", "施策名の変更"),
    ("owner", "主管部署の変更"),
    ("split", "施策の分割"),
    ("merge", "施策の統合"),
    ("end", "施策の終了"),
    ("indicator-add", "成果目標の追加"),
    ("indicator-rename", "評価項目の変更"),
    ("indicator-split", "成果目標の分割"),
    ("indicator-merge", "成果目標の統合"),
    ("indicator-end", "成果目標の終了"),
    ("extend", "計画の延長"),
]


class Migration(migrations.Migration):
    dependencies = [("review", "0010_installation")]

    operations = [
        migrations.AlterField(
            "planchange", "kind", models.CharField(choices=KINDS, max_length=20, verbose_name="変更の種類")
        ),
    ]
