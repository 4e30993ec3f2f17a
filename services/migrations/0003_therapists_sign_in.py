"""The account in which a therapist signs in. Empty for the old version's rows, which it may go on adding."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("services", "0002_most_a_day"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Everybody who books reads therapists, and would wait behind a lock that is waited for.
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="therapist",
            name="user",
            field=models.OneToOneField(
                blank=True,
                help_text="The account in which this person sees their own diary and their own patients.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="therapist",
                to=settings.AUTH_USER_MODEL,
                verbose_name="signs in as",
            ),
        ),
    ]
