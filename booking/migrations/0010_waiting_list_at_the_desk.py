"""Every message is of one thing, as the constraint of the migration before says; and the desk sees the waiting list."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

from booking import desk_group


class Migration(migrations.Migration):
    dependencies = [("booking", "0009_waiting_list")]

    operations = [
        ValidateConstraint(model_name="notification", name="told_of_one_thing"),
        migrations.RunPython(desk_group.ensure_in_migration, migrations.RunPython.noop, elidable=False),
    ]
