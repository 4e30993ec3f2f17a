"""Times proposed to patients, and therapists who cannot come. New tables alone: the version before never reads them."""

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0022_patient_file'),
        ('services', '0003_therapists_sign_in'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # The new tables refer to the appointments: everybody who books would wait behind a lock that is waited for.
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        # Only Django knows of the words.
        migrations.AlterField(
            model_name='appointmentlink',
            name='purpose',
            field=models.CharField(choices=[('appointment', "The appointment's page"), ('offer', 'The offer of a freed time'), ('proposal', 'Other times to choose from')], max_length=20),
        ),
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('received', 'Request received'), ('confirmed', 'Confirmed'), ('series', 'Series confirmed'), ('declined', 'Declined'), ('moved', 'Moved'), ('moved_by_us', 'We had to move it'), ('cancelled', 'Cancelled'), ('first_reminder', 'First reminder'), ('second_reminder', 'Second reminder'), ('after_visit', 'After the visit'), ('link', 'Link asked for'), ('offered', 'Freed time offered'), ('given_up', 'Given up for another time'), ('waiting', 'On the waiting list'), ('proposed', 'Other times for a request'), ('choose_time', 'Asked to choose a new time')], max_length=20),
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('noted_at', models.DateTimeField()),
                ('therapist', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to='services.therapist')),
                ('time_off', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='absence', to='booking.timeoff')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-noted_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('must_move', models.BooleanField(help_text='The visit cannot stay where it is. Else it answers a request.')),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, choices=[('taken', 'Took a time'), ('none', 'None of these suits')], default='', max_length=10)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('appointment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='proposals', to='booking.appointment')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'proposal',
                'ordering': ['-made_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ProposedTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start', models.DateTimeField()),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='times', to='booking.proposal')),
                ('therapist', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='services.therapist')),
            ],
            options={
                'ordering': ['start', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='AbsenceVisit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visit', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('absence', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visits', to='booking.absence')),
                ('appointment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='booking.appointment')),
            ],
            options={
                'ordering': ['visit', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('absence', 'appointment'), name='met_once_by_an_absence')],
            },
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(fields=('appointment', 'version'), name='one_proposal_a_version'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='proposal_can_be_answered'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('answer__in', ['', 'taken', 'none'])), name='proposal_answer_is_known'),
        ),
        migrations.AddConstraint(
            model_name='proposedtime',
            constraint=models.UniqueConstraint(fields=('proposal', 'start', 'therapist'), name='proposed_once'),
        ),
    ]
