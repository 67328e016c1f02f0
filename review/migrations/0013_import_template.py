"""Files of a plan that are looked at on the screen before they are taken; the last one taken is the next one's template."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('review', '0012_form_items'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlanUpload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uploaded_at', models.DateTimeField()),
                ('filename', models.CharField(max_length=120, verbose_name='ファイル名')),
                ('sha256', models.CharField(max_length=64)),
                ('content', models.BinaryField()),
                ('reading', models.JSONField(blank=True, default=dict)),
                ('trial', models.JSONField(blank=True, default=dict)),
                ('corrections', models.JSONField(blank=True, default=dict)),
                ('assignment', models.JSONField(blank=True, default=dict)),
                ('sheets_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='シートの年度')),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to='review.plan')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '計画のファイル',
                'verbose_name_plural': '計画のファイル',
                'ordering': ['-uploaded_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('applied_at', None)), fields=('plan', 'uploaded_by'), name='one_plan_upload_under_way')],
            },
        ),
    ]
