"""A goal's definition is more than its direction, and says who confirmed it, when, and of which 評価項目.

What was confirmed stays so. So does what a year that was opened rests on: nobody is stopped in the middle of a year by
a question that was not there when it began. There `kind` stays blank, and values are judged as before.
"""

from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

CONFIRMED = "定義の確認が始まる前に、向きが確認されていたため"
OPENED = "定義の確認が始まる前に、年度が開始されていたため"
KINDS = [("year", "単年度"), ("total", "累計"), ("end", "年度末時点"), ("average", "年度平均")]


def define(apps, schema_editor):
    Indicator, IndicatorYear = apps.get_model("review", "Indicator"), apps.get_model("review", "IndicatorYear")
    opened = apps.get_model("review", "Cycle").objects.exclude(state="draft").values_list("plan", "fiscal_year")
    opened, names, under_way, defined = set(opened), {}, set(), []
    rows = IndicatorYear.objects.order_by("fiscal_year").values_list(
        "indicator", "indicator__measure__plan", "fiscal_year", "name"
    )
    for goal, plan, year, name in rows:
        if (plan, year) in opened:
            under_way.add(goal)
        if name and (goal not in names or (plan, year) in opened):
            names[goal] = name
    for goal in Indicator.objects.all():
        if goal.direction_confirmed or goal.pk in under_way:
            goal.defined_at, goal.defined_for = timezone.now(), {"name": names.get(goal.pk, ""), "units": []}
            goal.defined_reason = CONFIRMED if goal.direction_confirmed else OPENED
            defined.append(goal)
    Indicator.objects.bulk_update(defined, ["defined_at", "defined_for", "defined_reason"], batch_size=200)


def forget(apps, schema_editor):
    goals = apps.get_model("review", "Indicator").objects.exclude(defined_at=None)
    goals.exclude(defined_reason=OPENED).update(direction_confirmed=True)


COLUMNS = {
    "unit": models.CharField(blank=True, max_length=40, verbose_name="単位"),
    "kind": models.CharField(blank=True, choices=KINDS, max_length=8, verbose_name="値の種類"),
    "defined_at": models.DateTimeField(blank=True, null=True, verbose_name="定義の確認日時"),
    "defined_by": models.ForeignKey(
        blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    ),
    "defined_for": models.JSONField(blank=True, default=dict, verbose_name="定義を確認した評価項目と単位"),
    "defined_reason": models.CharField(blank=True, max_length=200, verbose_name="定義の確認の理由"),
}


class Migration(migrations.Migration):
    dependencies = [("review", "0003_texts_by_key")]

    operations = [
        *(migrations.AddField("indicator", name, field) for name, field in COLUMNS.items()),
        migrations.RunPython(define, forget),
        migrations.RemoveField("indicator", "direction_confirmed"),
        migrations.RemoveField("indicator", "direction_reason"),
    ]
