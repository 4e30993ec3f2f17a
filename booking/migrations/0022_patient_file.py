"""Notes, merges and erasures of patients, and who may do them: new tables, which the old version does not notice."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from booking import audit_sql, desk_group


class Migration(migrations.Migration):
    dependencies = [
        ('booking', '0021_roles'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='patient',
            options={'ordering': ['name'], 'permissions': [('merge_patient', 'Can merge two records of one person, and take that back'), ('export_patient', 'Can take all that is kept about a person with them'), ('erase_patient', 'Can erase a person for good')]},
        ),
        migrations.CreateModel(
            name='PatientErasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('by', models.CharField(help_text="The account's name, should the account go.", max_length=150)),
                ('appointments', models.PositiveIntegerField(verbose_name='visits made nameless')),
                ('messages', models.PositiveIntegerField(verbose_name='messages made nameless')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'erasure',
                'ordering': ['-at', '-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='PatientNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('audience', models.CharField(choices=[('team', 'Desk and therapists'), ('desk', 'Desk only')], default='team', max_length=10)),
                ('text', models.TextField(max_length=2000)),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='booking.patient')),
            ],
            options={
                'verbose_name': 'note',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='DistinctPatients',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='booking.patient')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='booking.patient')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'two different people',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('first', 'second'), name='distinct_once'), models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='distinct_in_order')],
            },
        ),
        migrations.CreateModel(
            name='PatientMerge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kept_id', models.BigIntegerField(db_index=True)),
                ('gone_id', models.BigIntegerField(db_index=True)),
                ('at', models.DateTimeField()),
                ('gone', models.JSONField()),
                ('before', models.JSONField()),
                ('after', models.JSONField()),
                ('moved', models.JSONField()),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'merge of two records',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('gone_id',), name='merged_away_once')],
            },
        ),
        # Who wrote, changed or took away a note is written down like any other change of a patient's record.
        migrations.RunSQL(
            audit_sql.watch("booking_patientnote", patient="patient_id"),
            audit_sql.unwatch("booking_patientnote"),
        ),
        migrations.RunPython(desk_group.ensure_in_migration, migrations.RunPython.noop, elidable=False),
    ]
