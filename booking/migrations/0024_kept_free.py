"""What an appointment kept free around its visit, in each event: an empty column, which the version before leaves empty."""

import django.contrib.postgres.fields.ranges
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("booking", "0023_proposals")]

    operations = [
        # Everybody who books writes an event, and would wait behind a lock that is waited for.
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="appointmentevent",
            name="occupied",
            field=django.contrib.postgres.fields.ranges.DateTimeRangeField(blank=True, null=True),
        ),
    ]
