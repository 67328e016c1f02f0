"""The city as a row, 部 of departments, and first passwords that wait, sealed, until the administrator fetches them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0009_plan_roles")]

    operations = [
        migrations.AddField(
            "department", "division", models.CharField(blank=True, default="", max_length=60, verbose_name="部")
        ),
        migrations.CreateModel(
            name="City",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="自治体名")),
                ("code", models.CharField(blank=True, max_length=6, verbose_name="全国地方公共団体コード")),
                ("office", models.CharField(blank=True, max_length=60, verbose_name="問い合わせ先の部署")),
                ("extension", models.CharField(blank=True, max_length=30, verbose_name="内線")),
                ("email", models.CharField(blank=True, max_length=254, verbose_name="問い合わせ先のメールアドレス")),
            ],
            options={
                "verbose_name": "自治体",
                "verbose_name_plural": "自治体",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_city")],
            },
        ),
        migrations.CreateModel(
            name="FirstPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed", models.TextField(blank=True, verbose_name="封をした仮のパスワード")),
                ("asked_at", models.DateTimeField(verbose_name="依頼日時")),
                ("made_at", models.DateTimeField(blank=True, null=True, verbose_name="作成日時")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="first_password",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="利用者",
                    ),
                ),
            ],
            options={
                "verbose_name": "仮のパスワード",
                "verbose_name_plural": "仮のパスワード",
                "ordering": ["user__username"],
            },
        ),
    ]
