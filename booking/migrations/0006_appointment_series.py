"""Visits that were booked together have a series in common. Empty for the old version's rows, which it may go on adding."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("booking", "0005_front_desk_group")]

    operations = [
        # Everybody who books would wait behind a lock that is waited for.
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="appointment",
            name="series",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        # Only Django knows of the kinds: the database has nothing to do.
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("received", "Request received"),
                    ("confirmed", "Confirmed"),
                    ("series", "Series confirmed"),
                    ("declined", "Declined"),
                    ("moved", "Moved"),
                    ("cancelled", "Cancelled"),
                ],
                max_length=20,
            ),
        ),
    ]
