"""The front desk keeps times on hold, limits of a day and the times of an option."""

from django.db import migrations

from booking import desk_group


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0004_diary_index"),
    ]

    operations = [
        migrations.RunPython(desk_group.ensure_in_migration, migrations.RunPython.noop, elidable=False)
    ]
