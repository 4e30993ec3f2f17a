"""The group "Front desk", so that every clinic that migrates has it."""

from django.db import migrations

from booking import desk_group


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("services", "0001_initial"),
        ("booking", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(desk_group.ensure_in_migration, migrations.RunPython.noop, elidable=False)
    ]
