"""The diary's window with the option: the new index is built beside the diary's work, then the old one goes."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("booking", "0003_rules"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="appointment",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ("requested", "offered", "confirmed", "arrived", "completed"))
                ),
                fields=["occupied_from"],
                include=("occupied_until", "therapist", "room", "option"),
                name="appointment_diary",
            ),
        ),
        RemoveIndexConcurrently(
            model_name="appointment",
            name="appointment_window",
        ),
    ]
