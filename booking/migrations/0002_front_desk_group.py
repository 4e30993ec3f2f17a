"""The group "Front desk", so that every clinic that migrates has it.

Django makes permissions only after all migrations have run. This one needs them now, so it makes those of the two
apps itself, by the same function; afterwards Django finds them there.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

from booking import desk_group


def make_group(apps, schema_editor):
    for label in ("services", "booking"):
        app_config = apps.get_app_config(label)
        app_config.models_module = True  # an app as a migration sees it has none, and is then passed over
        try:
            create_permissions(app_config, verbosity=0, apps=apps, using=schema_editor.connection.alias)
        finally:
            app_config.models_module = None
    desk_group.ensure(registry=apps)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("services", "0001_initial"),
        ("booking", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop, elidable=False)]
