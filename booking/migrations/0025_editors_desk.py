"""The editor's and the manager's groups may write pages and tags. Adds permissions alone."""

from django.db import migrations

from booking import desk_group


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0023_proposals"),
        ("blog", "0002_published_pages"),
        ("services", "0004_published_pages"),
    ]

    operations = [migrations.RunPython(desk_group.ensure_in_migration, migrations.RunPython.noop, elidable=False)]
