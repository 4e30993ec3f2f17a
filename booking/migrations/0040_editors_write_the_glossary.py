"""The editor's role may write the glossary. Groups and permissions only: the old version does not ask."""

from django.db import migrations

from booking import desk_group


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0023_proposals"),
        ("blog", "0020_search_and_glossary"),
    ]

    operations = [
        migrations.RunPython(desk_group.ensure_in_migration, migrations.RunPython.noop, elidable=False),
    ]
