"""Messages that wait until a move cannot be undone any more, and what each told. Empty for the old version's rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("booking", "0007_patients_side")]

    operations = [
        # Everybody who books would wait behind a lock that is waited for.
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="notification",
            name="not_before",
            field=models.DateTimeField(
                blank=True,
                help_text="A move by the desk can be undone until then, and nobody hears of it.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="told",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
    ]
