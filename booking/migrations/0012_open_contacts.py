"""What is open by email address and by phone number, each from an index that is built beside the diary's work."""

import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

_AHEAD = models.Q(("status__in", ("requested", "offered", "confirmed")))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("booking", "0011_asking")]

    operations = [
        AddIndexConcurrently(
            model_name="appointment",
            index=models.Index(
                django.db.models.functions.text.Lower("email"),
                condition=_AHEAD,
                name="appointment_open_email",
            ),
        ),
        AddIndexConcurrently(
            model_name="appointment",
            index=models.Index(
                models.Func(
                    models.F("phone"),
                    output_field=models.TextField(),
                    template="right(regexp_replace(lower(%(expressions)s), '(e|x|#).*|[^0-9]', '', 'g'), 7)",
                ),
                condition=_AHEAD,
                name="appointment_open_phone",
            ),
        ),
    ]
