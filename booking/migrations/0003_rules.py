"""Limits of a day, floating breaks, times on hold, hours of options, extra hours, and which free times are offered."""

import booking.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0002_front_desk_group"),
        ("services", "0002_most_a_day"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="For the desk only, as in emergencies.", max_length=200
                    ),
                ),
                (
                    "released_at",
                    models.DateTimeField(
                        blank=True, help_text="From then on the website offers what is left of it.", null=True
                    ),
                ),
            ],
            options={
                "verbose_name": "time on hold",
                "verbose_name_plural": "times on hold",
                "ordering": ["period"],
            },
        ),
        migrations.CreateModel(
            name="OfferedHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ]
                    ),
                ),
                (
                    "start",
                    booking.fields.MinuteOfDayField(
                        validators=[django.core.validators.MaxValueValidator(1440)], verbose_name="from"
                    ),
                ),
                (
                    "end",
                    booking.fields.MinuteOfDayField(
                        validators=[django.core.validators.MaxValueValidator(1440)], verbose_name="until"
                    ),
                ),
            ],
            options={
                "verbose_name": "times an option is offered",
                "verbose_name_plural": "times an option is offered",
                "ordering": ["option", "weekday", "start"],
            },
        ),
        migrations.CreateModel(
            name="WorkingDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "most_visits",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: no limit.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="most visits a day",
                    ),
                ),
                (
                    "break_minutes",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Minutes that stay free in one piece. Empty: no break is kept.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(5)],
                    ),
                ),
                (
                    "break_from",
                    booking.fields.MinuteOfDayField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(1440)],
                        verbose_name="not before",
                    ),
                ),
                (
                    "break_until",
                    booking.fields.MinuteOfDayField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(1440)],
                        verbose_name="over by",
                    ),
                ),
            ],
            options={
                "verbose_name": "limits of a day",
                "verbose_name_plural": "limits of a day",
                "ordering": ["therapist"],
            },
        ),
        # Only Django knows of the limit: the database has nothing to do.
        migrations.AlterField(
            model_name="clinicpolicy",
            name="lead_minutes",
            field=models.PositiveIntegerField(
                default=120,
                help_text="Minutes. Nobody can book online later than this before a visit.",
                validators=[django.core.validators.MaxValueValidator(129600)],
                verbose_name="notice",
            ),
        ),
        migrations.AddField(
            model_name="clinicpolicy",
            name="offers",
            field=models.CharField(
                choices=[("all", "All free times"), ("no_gaps", "Those that leave no gap too short to book")],
                db_default="all",
                default="all",
                help_text="Without short gaps more visits fit into a day, and patients have fewer times to choose from.",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="clinicpolicy",
            name="shortest_gap",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Minutes that can still be booked. Empty: as long as the shortest appointment with its buffers.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(5),
                    django.core.validators.MaxValueValidator(600),
                ],
                verbose_name="shortest gap",
            ),
        ),
        migrations.AddField(
            model_name="overridehours",
            name="extra",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Otherwise these are the only hours of that date.",
                verbose_name="on top of the usual hours",
            ),
        ),
        migrations.AddConstraint(
            model_name="overridehours",
            constraint=models.CheckConstraint(
                condition=models.Q(("extra", False), ("start__isnull", False), _connector="OR"),
                name="override_hours_extra_have_times",
                violation_error_message="Hours on top of the usual ones need both times.",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="therapist",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="holds", to="services.therapist"
            ),
        ),
        migrations.AddField(
            model_name="offeredhours",
            name="option",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="offered_hours",
                to="services.serviceoption",
            ),
        ),
        migrations.AddField(
            model_name="workingday",
            name="therapist",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="working_day",
                to="services.therapist",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("period__isempty", False), ("period__lower_inf", False), ("period__upper_inf", False)
                ),
                name="hold_is_bounded",
                violation_error_message="Give both ends of the time on hold, the second after the first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="offeredhours",
            constraint=models.CheckConstraint(
                condition=models.Q(("end__lte", 1440), ("start__lt", models.F("end"))),
                name="offered_hours_start_before_end",
                violation_error_message="The hours must end after they start.",
            ),
        ),
        migrations.AddConstraint(
            model_name="offeredhours",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__lte", 6)), name="offered_hours_weekday_exists"
            ),
        ),
        migrations.AddConstraint(
            model_name="workingday",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("break_from__isnull", True),
                        ("break_minutes__isnull", True),
                        ("break_until__isnull", True),
                    ),
                    models.Q(
                        ("break_from__isnull", False),
                        ("break_minutes__gte", 1),
                        ("break_minutes__isnull", False),
                        (
                            "break_until__gte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("break_from"), "+", models.F("break_minutes")
                            ),
                        ),
                        ("break_until__isnull", False),
                        ("break_until__lte", 1440),
                    ),
                    _connector="OR",
                ),
                name="break_fits_between_its_times",
                violation_error_message="Give the break's minutes and two times that it fits between, or none of them.",
            ),
        ),
    ]
