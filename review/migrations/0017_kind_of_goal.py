"""A goal is a 活動指標 or a 成果指標; a file of a plan that is sent in another's place waits beside it until it is read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0016_signatures")]

    operations = [
        migrations.AddField(
            "indicator",
            "sort",
            models.CharField(
                blank=True,
                choices=[("activity", "活動指標"), ("outcome", "成果指標")],
                default="",
                max_length=8,
                verbose_name="指標の区分",
            ),
            preserve_default=False,
        ),
        migrations.AddField("planupload", "arriving", models.BooleanField(default=False)),
        migrations.RemoveConstraint("planupload", "one_plan_upload_under_way"),
        migrations.AddConstraint(
            "planupload",
            models.UniqueConstraint(
                fields=["plan", "uploaded_by", "arriving"],
                condition=models.Q(applied_at=None),
                name="one_plan_upload_under_way",
            ),
        ),
    ]
