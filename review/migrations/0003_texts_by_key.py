"""The texts of a sheet stand in one column by their keys, so that the form can have another without a migration."""

from django.db import migrations, models

#: The texts of release 0.9.0, in the order of the form.
KEYS = (
    "current_state", "description", "expected_effect", "policy", "cause", "response", "progress", "self_assessment",
    "board_opinion", "change_reason",
)  # fmt: skip
AT_ONCE = 500


def gather(apps, schema_editor):
    for rows, model in _in_parts(apps, *KEYS):
        for row in rows:
            row.texts = {key: getattr(row, key) for key in KEYS}
        model.objects.bulk_update(rows, ["texts"])


def spread(apps, schema_editor):
    for rows, model in _in_parts(apps, "texts"):
        for row in rows:
            for key in KEYS:
                setattr(row, key, row.texts.get(key, ""))
        model.objects.bulk_update(rows, KEYS)


def _in_parts(apps, *columns):
    model = apps.get_model("review", "MeasureYear")
    last = 0
    while rows := list(model.objects.filter(pk__gt=last).order_by("pk").only("pk", *columns)[:AT_ONCE]):
        last = rows[-1].pk
        yield rows, model


class Migration(migrations.Migration):
    dependencies = [("review", "0002_triggers")]

    operations = [
        migrations.AddField("measureyear", "texts", models.JSONField(blank=True, default=dict, verbose_name="文章")),
        migrations.RunPython(gather, spread),
        *(migrations.RemoveField("measureyear", key) for key in KEYS),
    ]
