from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0049_notice_settled")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="seal",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="decision",
            name="seal",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
    ]
