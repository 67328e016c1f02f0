"""The items that a plan asks for besides the built-in ones, as data of each year."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0011_last_year")]

    operations = [
        migrations.AddField("cycle", "form", models.JSONField(blank=True, default=dict, verbose_name="様式")),
        migrations.AddField("plan", "form", models.CharField(default="city", max_length=12, verbose_name="様式")),
    ]
