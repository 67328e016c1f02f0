"""A plan's end: its extension is a change of the plan; a next plan goes on with the 施策 and goals of the one before."""

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


def before(name, of):
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="continued_by",
        to=f"review.{of}",
        verbose_name=name,
    )


class Migration(migrations.Migration):
    dependencies = [("review", "0010_installation")]

    operations = [
        migrations.AlterField(
            "planchange", "kind", models.CharField(choices=KINDS, max_length=20, verbose_name="変更の種類")
        ),
        migrations.AddField("plan", "continues", before("前の計画", "plan")),
        migrations.AddField("measure", "continues", before("前の計画の施策", "measure")),
        migrations.AddField("indicator", "continues", before("前の計画の成果目標", "indicator")),
    ]
