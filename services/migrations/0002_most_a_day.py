"""How often an option may be booked a day."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("services", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceoption",
            name="most_a_day",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="With all therapists together. Empty: no limit.",
                null=True,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="most bookings a day",
            ),
        ),
    ]
