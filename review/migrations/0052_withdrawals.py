from django.db import migrations, models

VERDICTS = [
    ("accept", "承認"),
    ("return", "差戻し"),
    ("return_to_review", "確認へ差戻し"),
    ("not_submitted", "未提出"),
    ("excluded", "対象外"),
    ("withdraw_review", "確認の取消し"),
    ("withdraw_approval", "承認の取消し"),
]


class Migration(migrations.Migration):
    """The words of a decision that takes one back; no column changes."""

    dependencies = [("review", "0051_frozen_rows")]

    operations = [
        migrations.AlterField(
            model_name="decision",
            name="step",
            field=models.CharField(
                choices=[
                    ("endorse", "所属長確認"),
                    ("review", "確認"),
                    ("approve", "承認"),
                    ("settle", "未提出・対象外の決定"),
                    ("year", "年度の決定"),
                    ("withdraw", "取消し"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="verdict",
            field=models.CharField(choices=VERDICTS, max_length=18),
        ),
        migrations.AlterField(
            model_name="recordeddecision",
            name="verdict",
            field=models.CharField(choices=VERDICTS, max_length=18),
        ),
    ]
