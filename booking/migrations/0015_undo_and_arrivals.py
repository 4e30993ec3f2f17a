"""Until when an act can be undone, and when somebody came and went to the room. Empty for what the old version writes."""

import django.core.validators
import django.db.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('booking', '0014_email_is_one_word')]

    operations = [
        # Everybody who books would wait behind a lock that is waited for.
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name='appointment',
            name='arrived_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='appointment',
            name='in_room_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='appointmentevent',
            name='undo_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        # Nothing is in it yet: it is made in no time.
        migrations.AddIndex(
            model_name='appointmentevent',
            index=models.Index(condition=django.db.models.Q(('undo_until__isnull', False)), fields=['undo_until'], name='event_undo_until'),
        ),
        # Only Django knows of the words.
        migrations.AlterField(
            model_name='clinicpolicy',
            name='undo_minutes',
            field=models.PositiveSmallIntegerField(db_default=3, default=3, help_text='Minutes in which the desk can undo what it did. Its messages wait for so long.', validators=[django.core.validators.MaxValueValidator(60)], verbose_name='time to undo'),
        ),
        migrations.AlterField(
            model_name='notification',
            name='not_before',
            field=models.DateTimeField(blank=True, help_text='What the desk did can be undone until then, and nobody hears of it.', null=True),
        ),
    ]
