"""A plan has a short name, for commands and later for addresses; those there are get plan-1, plan-2, … in their order."""

from django.db import migrations, models

import review.models.plan


def name_plans(apps, schema_editor):
    for number, plan in enumerate(apps.get_model("review", "Plan").objects.order_by("pk"), start=1):
        plan.short_name = f"plan-{number}"
        plan.save(update_fields=["short_name"])


class Migration(migrations.Migration):
    dependencies = [("review", "0004_definitions")]

    operations = [
        migrations.AddField("plan", "short_name", models.CharField(default="", max_length=20, verbose_name="短い名前")),
        migrations.RunPython(name_plans, migrations.RunPython.noop),
        migrations.AlterField(
            "plan",
            "short_name",
            models.CharField(
                default=review.models.plan._short_name, max_length=20, unique=True, verbose_name="短い名前"
            ),
        ),
    ]
