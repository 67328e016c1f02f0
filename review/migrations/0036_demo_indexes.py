from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0035_concurrence_texts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="indicatoryear",
            index=models.Index(condition=models.Q(("demo", True)), fields=["fiscal_year"], name="indicator_year_demo"),
        ),
        migrations.AddIndex(
            model_name="measureyear",
            index=models.Index(condition=models.Q(("demo", True)), fields=["fiscal_year"], name="measure_year_demo"),
        ),
    ]
