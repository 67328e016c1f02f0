"""A job can say what came of it so far to the person in whose name it is done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0017_kind_of_goal")]

    operations = [migrations.AddField("job", "outcome", models.JSONField(blank=True, null=True))]
