"""A kind of message: the link that somebody asked for. Only the words change, no table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0007_patients_side"),
    ]

    operations = [
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
                    ("link", "Link asked for"),
                ],
                max_length=20,
            ),
        ),
    ]
