"""The roles of the staff: front desk, therapist, editor, manager. Groups and permissions only: the old version does not ask."""

from django.db import migrations

from booking import desk_group


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0020_audit"),
        ("services", "0003_therapists_sign_in"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="appointment",
            options={
                "ordering": ["starts_at"],
                "permissions": [
                    ("see_every_appointment", "Can see the appointments and the patients of every therapist"),
                    ("mark_appointment", "Can mark their own visits as arrived, done or not come"),
                    ("view_numbers", "Can see the clinic's numbers"),
                ],
            },
        ),
        migrations.RunPython(desk_group.ensure_in_migration, migrations.RunPython.noop, elidable=False),
    ]
