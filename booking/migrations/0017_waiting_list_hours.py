"""The waiting list: hours in which times are offered, the safety check, and callers whom the desk puts on it.

What is new may be empty or has a default in the database, and the rule that is replaced becomes wider: the old version
goes on as before.
"""

import booking.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from booking import desk_group


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0016_callers'),
        ('services', '0002_most_a_day'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='waitingplace',
            name='place_is_somebodys',
        ),
        migrations.AddField(
            model_name='clinicpolicy',
            name='offers_from',
            field=booking.fields.MinuteOfDayField(db_default=480, default=480, help_text='A time of day. What comes free at night is offered in the morning, unless that would be too late.', validators=[django.core.validators.MaxValueValidator(1440)], verbose_name='freed times are offered from'),
        ),
        migrations.AddField(
            model_name='clinicpolicy',
            name='offers_until',
            field=booking.fields.MinuteOfDayField(db_default=1260, default=1260, help_text='A time of day. One made shortly before is kept until the morning. From 0:00 until 24:00: always.', validators=[django.core.validators.MaxValueValidator(1440)], verbose_name='and until'),
        ),
        migrations.AddField(
            model_name='waitingplace',
            name='added_by',
            field=models.ForeignKey(blank=True, editable=False, help_text='Who at the desk put a caller on the list.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='waitingplace',
            name='ended_why',
            field=models.CharField(blank=True, choices=[('dates', 'The dates are over'), ('visit', 'The appointment is over or cancelled'), ('silence', 'No answer to several offers')], db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='waitingplace',
            name='safety_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='waitingplace',
            name='safety_outcome',
            field=models.CharField(blank=True, choices=[('clear', 'Read on the website: none of the signs'), ('asked', 'Asked by the clinic: nothing against a visit')], db_default='', default='', max_length=10, verbose_name='safety check'),
        ),
        migrations.AddField(
            model_name='waitingplace',
            name='safety_version',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=20),
        ),
        migrations.AddConstraint(
            model_name='clinicpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('offers_until__gt', models.F('offers_from')), ('offers_until__lte', 1440)), name='offers_end_after_they_begin', violation_error_message='Freed times must be offered until a later time of day than they are offered from.'),
        ),
        migrations.AddConstraint(
            model_name='waitingplace',
            constraint=models.CheckConstraint(condition=models.Q(('appointment__isnull', False), models.Q(models.Q(('name', ''), _negated=True), models.Q(models.Q(('email', ''), _negated=True), models.Q(('phone', ''), _negated=True), _connector='OR')), _connector='OR'), name='place_is_somebodys'),
        ),
        # The desk may add places now.
        migrations.RunPython(desk_group.ensure_in_migration, migrations.RunPython.noop, elidable=False),
    ]
