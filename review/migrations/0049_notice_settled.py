from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0048_change_meeting")]

    operations = [
        migrations.AddField(
            model_name="notification",
            name="settled_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
