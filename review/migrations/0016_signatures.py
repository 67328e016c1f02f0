"""Each entry of the trail is signed with the application's key: a row that came another way is known by its lack."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0015_plan_upload_request")]

    operations = [
        # Null: SQLite then adds the column without making the table anew, and the triggers stay.
        migrations.AddField("auditentry", "signature", models.CharField(blank=True, max_length=80, null=True)),
    ]
