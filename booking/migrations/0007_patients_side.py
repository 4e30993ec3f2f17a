"""What patients may change by themselves, what they are told and when. The database fills in what the old version leaves out."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0006_appointment_series'),
    ]

    operations = [
        migrations.AddField(
            model_name='clinicpolicy',
            name='after_visit_hours',
            field=models.PositiveSmallIntegerField(blank=True, db_default=20, default=20, help_text='Hours after the end of a visit that took place. Empty: none.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)], verbose_name='message after a visit'),
        ),
        migrations.AddField(
            model_name='clinicpolicy',
            name='change_hours',
            field=models.PositiveSmallIntegerField(db_default=24, default=24, help_text='Hours before a visit. Until then patients move and cancel by themselves; after that they call.', validators=[django.core.validators.MaxValueValidator(720)], verbose_name='changes online until'),
        ),
        migrations.AddField(
            model_name='clinicpolicy',
            name='first_reminder_hours',
            field=models.PositiveSmallIntegerField(blank=True, db_default=48, default=48, help_text='Hours before a visit. Empty: none.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)], verbose_name='first reminder'),
        ),
        migrations.AddField(
            model_name='clinicpolicy',
            name='most_open',
            field=models.PositiveSmallIntegerField(blank=True, db_default=6, default=6, help_text='Online, by the same email address or phone number. Empty: no limit.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='most open bookings of one person'),
        ),
        migrations.AddField(
            model_name='clinicpolicy',
            name='offer_minutes',
            field=models.PositiveSmallIntegerField(db_default=60, default=60, help_text='Minutes that a freed time is kept for one person of the waiting list.', validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(10080)], verbose_name='time to accept an offer'),
        ),
        migrations.AddField(
            model_name='clinicpolicy',
            name='second_reminder_hours',
            field=models.PositiveSmallIntegerField(blank=True, db_default=2, default=2, help_text='Hours before a visit. Empty: none.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)], verbose_name='second reminder'),
        ),
        migrations.AddField(
            model_name='clinicpolicy',
            name='undo_minutes',
            field=models.PositiveSmallIntegerField(db_default=3, default=3, help_text="Minutes that a message of the desk's move waits. Undone by then, the patient hears nothing.", validators=[django.core.validators.MaxValueValidator(60)], verbose_name='time to undo a move'),
        ),
    ]
