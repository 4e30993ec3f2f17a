"""A permission for the clinic's numbers. It changes nothing in the tables."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("booking", "0017_waiting_list_hours")]

    operations = [
        migrations.AlterModelOptions(
            name="appointment",
            options={
                "ordering": ["starts_at"],
                "permissions": [("view_numbers", "Can see the clinic's numbers")],
            },
        ),
    ]
