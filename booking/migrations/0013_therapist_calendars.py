"""Therapists' private calendar addresses, and the lists of their days. New tables only: the old version knows nothing of them."""

import booking.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from booking import desk_group


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0012_open_contacts'),
        ('services', '0002_most_a_day'),
    ]

    operations = [
        migrations.CreateModel(
            name='TherapistCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(blank=True, help_text='An email address of the therapist. Empty: no list.', max_length=254, verbose_name='day’s list to')),
                ('send_at', booking.fields.MinuteOfDayField(default=420, help_text='On the clinic’s clock, each day that has visits.', validators=[django.core.validators.MaxValueValidator(1440)], verbose_name='sent at')),
                ('digest', models.BinaryField(max_length=32, null=True, unique=True)),
                ('renewed_at', models.DateTimeField(editable=False, null=True)),
                ('therapist', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='private_calendar', to='services.therapist')),
            ],
            options={
                'verbose_name': 'therapist’s calendar',
                'verbose_name_plural': 'therapists’ calendars',
                'ordering': ['therapist__position', 'therapist__title'],
            },
        ),
        migrations.CreateModel(
            name='DayList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField()),
                ('status', models.CharField(choices=[('waiting', 'Waiting to be sent'), ('sent', 'Sent'), ('failed', 'Could not be sent'), ('not_needed', 'No longer needed')], default='waiting', max_length=20)),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='day_lists', to='booking.therapistcalendar')),
            ],
            options={
                'verbose_name': 'day’s list',
                'ordering': ['-date'],
            },
        ),
        migrations.AddConstraint(
            model_name='therapistcalendar',
            constraint=models.CheckConstraint(condition=models.Q(('send_at__lt', 1440)), name='day_list_is_sent_in_the_day', violation_error_message='Give a time before midnight.'),
        ),
        migrations.AddConstraint(
            model_name='daylist',
            constraint=models.UniqueConstraint(fields=('calendar', 'date'), name='one_list_a_day'),
        ),
        migrations.RunPython(desk_group.ensure_in_migration, migrations.RunPython.noop, elidable=False),
    ]
