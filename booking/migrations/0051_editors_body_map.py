"""Editors may change the places of the body map and the pages on trigger points. Groups and permissions only."""

from django.db import migrations

from booking import desk_group


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0050_editors_library"),
        ("services", "0030_body_map_and_trigger_points"),
    ]

    operations = [
        migrations.RunPython(desk_group.ensure_in_migration, migrations.RunPython.noop, elidable=False),
    ]
