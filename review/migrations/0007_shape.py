"""施策ID of any form, 体系 of up to three levels, 基準値 of goals; the order of 施策 is a key of its own."""

from django.db import migrations, models

import review.models.plan
from review.domain import measure_codes


def order_measures(apps, schema_editor):
    for measure in apps.get_model("review", "Measure").objects.all():
        measure.sort_key = measure_codes.sort_key(measure.code)
        measure.save(update_fields=["sort_key"])


def order_fields(apps, schema_editor):
    rows = apps.get_model("review", "PlanField").objects.order_by("plan", "number")
    for place, field in enumerate(rows, start=1):
        field.order = place
        field.save(update_fields=["order"])


def place_proposals(apps, schema_editor):
    """A 施策 that was proposed before names its 分野 now; where the plan has none of its number, its proposer is asked."""
    fields = {
        (plan, number): pk
        for pk, plan, number in apps.get_model("review", "PlanField").objects.values_list("pk", "plan", "number")
    }
    for change in apps.get_model("review", "PlanChange").objects.filter(state="proposed"):
        parts = change.detail.get("parts", [])
        for part in parts:
            part["field"] = fields.get((change.plan_id, part["code"][:2]), 0)
        if parts:
            change.save(update_fields=["detail"])


class Migration(migrations.Migration):
    dependencies = [("review", "0006_value_state")]

    operations = [
        migrations.RemoveConstraint("planfield", "plan_field_number_once"),
        migrations.AddField(
            "planfield",
            "parent",
            models.ForeignKey(
                blank=True, null=True, on_delete=models.PROTECT, related_name="children", to="review.planfield"
            ),
        ),
        migrations.AddField("planfield", "order", models.PositiveSmallIntegerField(default=0, verbose_name="順")),
        migrations.AlterField("planfield", "number", models.CharField(max_length=20, verbose_name="番号")),
        migrations.AlterModelOptions(
            "planfield",
            {"ordering": ["plan", "order", "number"], "verbose_name": "分野", "verbose_name_plural": "分野"},
        ),
        migrations.AddConstraint(
            "planfield",
            models.UniqueConstraint(
                fields=["plan", "number"], name="plan_field_number_once", condition=models.Q(parent=None)
            ),
        ),
        migrations.AddConstraint(
            "planfield",
            models.UniqueConstraint(fields=["parent", "number"], name="plan_field_number_once_below"),
        ),
        migrations.AlterField(
            "measure",
            "code",
            models.CharField(max_length=20, validators=[review.models.plan.measure_code], verbose_name="施策ID"),
        ),
        migrations.AddField("measure", "sort_key", models.CharField(default="", editable=False, max_length=400)),
        migrations.RunPython(order_measures, migrations.RunPython.noop),
        migrations.RunPython(order_fields, migrations.RunPython.noop),
        migrations.RunPython(place_proposals, migrations.RunPython.noop),
        migrations.AlterModelOptions(
            "measure", {"ordering": ["plan", "sort_key"], "verbose_name": "施策", "verbose_name_plural": "施策"}
        ),
        migrations.AlterModelOptions(
            "measureyear",
            {
                "ordering": ["fiscal_year", "measure__sort_key"],
                "verbose_name": "施策(年度)",
                "verbose_name_plural": "施策(年度)",
            },
        ),
        migrations.AlterModelOptions(
            "measurereview",
            {
                "ordering": ["measure_year__measure__sort_key"],
                "verbose_name": "施策シート",
                "verbose_name_plural": "施策シート",
            },
        ),
        migrations.AlterField("correctionitem", "code", models.CharField(max_length=20, verbose_name="施策ID")),
        migrations.AddField(
            "indicator", "baseline", models.CharField(blank=True, max_length=300, verbose_name="基準値")
        ),
    ]
