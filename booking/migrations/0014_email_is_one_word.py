"""Email is one word at the desk, too: only the fields' names in forms and lists, nothing in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("booking", "0013_therapist_calendars")]

    operations = [
        migrations.AlterField(model_name=name, name="email", field=models.EmailField(blank=True, max_length=254))
        for name in ("appointment", "patient", "waitingplace")
    ]
