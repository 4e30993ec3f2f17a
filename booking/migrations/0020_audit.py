"""The audit: who changed and who saw what of a patient. A new table, and triggers that the old version does not notice."""

import django.contrib.postgres.fields
from django.db import migrations, models

from booking import audit_sql

#: The columns that the database works out, and those that say nothing of a person.
_WORKED_OUT = ("starts_at", "ends_at", "occupied_from", "occupied_until")


def _watched(table: str, sql: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, audit_sql.unwatch(table))


class Migration(migrations.Migration):
    dependencies = [("booking", "0019_first_steps")]

    operations = [
        # A trigger is made under a lock that bookings would wait behind.
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.RunSQL(
            [audit_sql.CREATE_TABLE, audit_sql.CREATE_FUNCTIONS, audit_sql.CREATE_EMPTIED],
            [audit_sql.DROP_EMPTIED, audit_sql.DROP],
            state_operations=[
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "what",
                            models.CharField(
                                choices=[
                                    ("looked", "Looked"),
                                    ("added", "Added"),
                                    ("changed", "Changed"),
                                    ("removed", "Removed"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("about", models.CharField(max_length=63)),
                        ("row_id", models.BigIntegerField(null=True)),
                        (
                            "appointment_ids",
                            django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField()),
                        ),
                        (
                            "patient_ids",
                            django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField()),
                        ),
                        (
                            "place_ids",
                            django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField()),
                        ),
                        ("changes", models.JSONField()),
                        ("actor", models.CharField(max_length=200)),
                        ("user_id", models.IntegerField(null=True)),
                        ("page", models.CharField(max_length=300)),
                    ],
                    options={
                        "verbose_name": "entry of the record",
                        "verbose_name_plural": "who looked and who changed",
                        "db_table": "booking_auditentry",
                        "ordering": ["-pk"],
                        "managed": False,
                        "default_permissions": ("view",),
                    },
                )
            ],
        ),
        _watched("booking_patient", audit_sql.watch("booking_patient", patient="id")),
        _watched(
            "booking_appointment",
            audit_sql.watch(
                "booking_appointment", appointment="id", patient="patient_id", unheard=_WORKED_OUT
            ),
        ),
        _watched(
            "booking_comfortpreferences",
            audit_sql.watch("booking_comfortpreferences", appointment="appointment_id"),
        ),
        _watched(
            "booking_waitingplace",
            audit_sql.watch(
                "booking_waitingplace", appointment="appointment_id", place="id", unheard=("known_free",)
            ),
        ),
        _watched(
            "booking_waitingplace_therapists",
            audit_sql.watch("booking_waitingplace_therapists", place="waitingplace_id"),
        ),
    ]
