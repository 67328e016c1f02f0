"""A plan's end: its extension is a change of the plan; a next plan goes on with the 施策 and goals of the one before; its
総括 is published in editions that stand."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from review.migrations import _frozen_rows

KINDS = [
    ("add", "施策の追加"),
    ("rename", "施策名の変更"),
    ("owner", "主管部署の変更"),
    ("split", "施策の分割"),
    ("merge", "施策の統合"),
    ("end", "施策の終了"),
    ("indicator-add", "成果目標の追加"),
    ("indicator-rename", "評価項目の変更"),
    ("indicator-split", "成果目標の分割"),
    ("indicator-merge", "成果目標の統合"),
    ("indicator-end", "成果目標の終了"),
    ("extend", "計画の延長"),
]


def before(name, of):
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=models.PROTECT,
        related_name="continued_by",
        to=f"review.{of}",
        verbose_name=name,
    )


FROZEN = ("review_summarydecision", "review_summaryedition")


def freeze(apps, schema_editor):
    for table in FROZEN:
        _frozen_rows.freeze(schema_editor, table, ())


def thaw(apps, schema_editor):
    for table in FROZEN:
        _frozen_rows.thaw(schema_editor, table)


class Migration(migrations.Migration):
    dependencies = [("review", "0010_installation")]

    operations = [
        migrations.AlterField(
            "planchange", "kind", models.CharField(choices=KINDS, max_length=20, verbose_name="変更の種類")
        ),
        migrations.AddField("plan", "continues", before("前の計画", "plan")),
        migrations.AddField("measure", "continues", before("前の計画の施策", "measure")),
        migrations.AddField("indicator", "continues", before("前の計画の成果目標", "indicator")),
        migrations.CreateModel(
            name='PlanSummary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('preparing', '準備中'), ('deciding', '決定待ち'), ('returned', '差戻し'), ('published', '公表済')], default='preparing', max_length=10, verbose_name='状態')),
                ('version', models.PositiveIntegerField(default=0)),
                ('round', models.PositiveIntegerField(default=0)),
                ('text', models.TextField(blank=True, verbose_name='計画全体の総括')),
                ('texts', models.JSONField(blank=True, default=dict, verbose_name='施策ごとの総括')),
                ('grades', models.JSONField(blank=True, default=dict, verbose_name='最終の達成区分')),
                ('reason', models.TextField(blank=True, verbose_name='訂正の理由')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('state_since', models.DateTimeField()),
                ('plan', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='summary', to='review.plan')),
                ('submitted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '計画期間の総括',
                'verbose_name_plural': '計画期間の総括',
            },
        ),
        migrations.CreateModel(
            name='SummaryDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveIntegerField()),
                ('verdict', models.CharField(choices=[('accept', '公表を決定'), ('return', '差戻し')], max_length=6)),
                ('comment', models.TextField(blank=True, verbose_name='理由・意見')),
                ('decided_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='review.meeting')),
                ('submitted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('summary', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='review.plansummary')),
            ],
            options={
                'verbose_name': '総括の決定',
                'verbose_name_plural': '総括の決定',
                'ordering': ['summary', 'round'],
            },
        ),
        migrations.CreateModel(
            name='SummaryEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='版')),
                ('snapshot', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('seal', models.CharField(max_length=64)),
                ('published_at', models.DateTimeField(verbose_name='公表日時')),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='edition', to='review.summarydecision')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='summary_editions', to='review.plan')),
            ],
            options={
                'verbose_name': '総括の公表版',
                'verbose_name_plural': '総括の公表版',
                'ordering': ['plan', 'number'],
            },
        ),
        migrations.AddConstraint(
            model_name='plansummary',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'preparing'), ('submitted_by__isnull', False), _connector='OR'), name='submitted_summary_has_proposer'),
        ),
        migrations.AddConstraint(
            model_name='summarydecision',
            constraint=models.UniqueConstraint(fields=('summary', 'round'), name='one_decision_a_summary_round'),
        ),
        migrations.AddConstraint(
            model_name='summarydecision',
            constraint=models.CheckConstraint(condition=models.Q(('verdict', 'accept'), models.Q(('comment', ''), _negated=True), _connector='OR'), name='returned_summary_says_why'),
        ),
        migrations.AddConstraint(
            model_name='summarydecision',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', models.F('submitted_by')), _negated=True), name='summary_takes_two'),
        ),
        migrations.AddConstraint(
            model_name='summaryedition',
            constraint=models.UniqueConstraint(fields=('plan', 'number'), name='summary_edition_number_once'),
        ),
        migrations.RunPython(freeze, thaw),
    ]
