"""The editor's and the manager's groups may write all that a page consists of. Adds permissions alone."""

from django.db import migrations

from booking import desk_group


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0024_kept_free"),
        ("blog", "0005_pages_of_every_kind"),
        ("services", "0007_pages_of_every_kind"),
    ]

    operations = [migrations.RunPython(desk_group.ensure_in_migration, migrations.RunPython.noop, elidable=False)]
