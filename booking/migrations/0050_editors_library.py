"""Editors may write conditions and muscles. Groups and permissions only: the old version does not ask."""

from django.db import migrations

from booking import desk_group


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0040_editors_blocks"),
        ("services", "0020_conditions_and_muscles"),
    ]

    operations = [
        migrations.RunPython(desk_group.ensure_in_migration, migrations.RunPython.noop, elidable=False),
    ]
