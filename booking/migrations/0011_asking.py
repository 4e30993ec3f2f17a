"""The outcome of the safety check, and comfort preferences. The database fills in what the old version leaves out."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("booking", "0010_waiting_list_at_the_desk")]

    operations = [
        # Everybody who books would wait behind a lock that is waited for.
        migrations.RunSQL("SET LOCAL lock_timeout = '5s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="appointment",
            name="safety_outcome",
            field=models.CharField(
                "safety check",
                max_length=10,
                choices=[
                    ("clear", "Read on the website: none of the signs"),
                    ("asked", "Asked by the clinic: nothing against a visit"),
                ],
                blank=True,
                default="",
                db_default="",
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="safety_version",
            field=models.CharField(max_length=20, blank=True, default="", db_default="", editable=False),
        ),
        migrations.AddField(
            model_name="appointment",
            name="safety_at",
            field=models.DateTimeField(null=True, blank=True, editable=False),
        ),
        migrations.CreateModel(
            name="ComfortPreferences",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pressure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "No preference"),
                            ("light", "Light"),
                            ("medium", "Medium"),
                            ("firm", "Firm"),
                        ],
                        max_length=10,
                    ),
                ),
                ("avoid", models.CharField(blank=True, max_length=300)),
                (
                    "therapist_gender",
                    models.CharField(
                        blank=True,
                        choices=[("", "No preference"), ("woman", "A woman"), ("man", "A man")],
                        max_length=10,
                    ),
                ),
                ("chaperone", models.BooleanField(default=False)),
                ("quiet", models.BooleanField(default=False)),
                ("clothing", models.CharField(blank=True, max_length=300)),
                ("updated_at", models.DateTimeField(editable=False)),
                (
                    "appointment",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comfort",
                        to="booking.appointment",
                    ),
                ),
            ],
            options={
                "verbose_name": "comfort preferences",
                "verbose_name_plural": "comfort preferences",
            },
        ),
    ]
