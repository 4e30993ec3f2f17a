import booking.fields
import booking.models.appointment
import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import phonenumber_field.modelfields
import uuid
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("services", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Exclusion constraints over a key and a range need it.
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Patient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "phone",
                    phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=128, region=None),
                ),
                ("note", models.TextField(blank=True, help_text="For the desk and the therapists.")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        default=booking.models.appointment.new_reference,
                        editable=False,
                        max_length=9,
                        unique=True,
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("offered", "Offered"),
                            ("confirmed", "Confirmed"),
                            ("arrived", "Arrived"),
                            ("completed", "Completed"),
                            ("no_show", "Did not come"),
                            ("declined", "Declined"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        db_index=True,
                        max_length=20,
                    ),
                ),
                (
                    "visit",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        help_text="The visit itself, half-open."
                    ),
                ),
                (
                    "occupied",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        help_text="The visit with its buffers, half-open."
                    ),
                ),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=2, help_text="As agreed when it was booked.", max_digits=8
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("first_visit", models.BooleanField(default=False)),
                ("note", models.TextField(blank=True, max_length=1000)),
                ("consented_at", models.DateTimeField(blank=True, null=True)),
                ("consent_version", models.CharField(blank=True, max_length=20)),
                (
                    "source",
                    models.CharField(
                        choices=[("web", "Website"), ("desk", "Front desk")], default="web", max_length=10
                    ),
                ),
                ("request_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(editable=False)),
                (
                    "starts_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("visit"), function="lower", output_field=models.DateTimeField()
                        ),
                        output_field=models.DateTimeField(),
                    ),
                ),
                (
                    "ends_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("visit"), function="upper", output_field=models.DateTimeField()
                        ),
                        output_field=models.DateTimeField(),
                    ),
                ),
                (
                    "occupied_from",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("occupied"), function="lower", output_field=models.DateTimeField()
                        ),
                        output_field=models.DateTimeField(),
                    ),
                ),
                (
                    "occupied_until",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("occupied"), function="upper", output_field=models.DateTimeField()
                        ),
                        output_field=models.DateTimeField(),
                    ),
                ),
                (
                    "option",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="services.serviceoption",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="services.room",
                    ),
                ),
                (
                    "therapist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="services.therapist",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="appointments",
                        to="booking.patient",
                    ),
                ),
            ],
            options={
                "ordering": ["starts_at"],
            },
        ),
        migrations.CreateModel(
            name="AppointmentLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(choices=[("appointment", "The appointment's page")], max_length=20),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="booking.appointment",
                    ),
                ),
            ],
            options={
                "verbose_name": "patient's link",
                "verbose_name_plural": "patients' links",
            },
        ),
        migrations.CreateModel(
            name="ClinicPolicy",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "lead_minutes",
                    models.PositiveIntegerField(
                        default=120,
                        help_text="Minutes. Nobody can book online later than this before a visit.",
                        verbose_name="notice",
                    ),
                ),
                (
                    "horizon_days",
                    models.PositiveSmallIntegerField(
                        default=60,
                        help_text="Days, today not counted. The last date that is offered online.",
                        validators=[django.core.validators.MaxValueValidator(730)],
                        verbose_name="how far ahead",
                    ),
                ),
                (
                    "step_minutes",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (5, "every 5 minutes"),
                            (10, "every 10 minutes"),
                            (15, "every 15 minutes"),
                            (20, "every 20 minutes"),
                            (30, "every 30 minutes"),
                            (60, "every 60 minutes"),
                        ],
                        default=15,
                        help_text="Counted on the wall clock from midnight.",
                        validators=[django.core.validators.MinValueValidator(5)],
                        verbose_name="visits start",
                    ),
                ),
            ],
            options={
                "verbose_name": "booking policy",
                "verbose_name_plural": "booking policy",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_policy"),
                    models.CheckConstraint(
                        condition=models.Q(("step_minutes__gte", 1)), name="policy_step_is_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Closure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "name",
                    models.CharField(help_text="As in Thanksgiving. Patients may see it.", max_length=200),
                ),
            ],
            options={
                "ordering": ["period"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("period__isempty", False),
                            ("period__lower_inf", False),
                            ("period__upper_inf", False),
                        ),
                        name="closure_is_bounded",
                        violation_error_message="Give both ends of the closure, the second after the first.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeOff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("note", models.CharField(blank=True, help_text="For the desk only.", max_length=200)),
                (
                    "therapist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="time_off",
                        to="services.therapist",
                    ),
                ),
            ],
            options={
                "verbose_name": "time off",
                "verbose_name_plural": "time off",
                "ordering": ["period"],
            },
        ),
        migrations.CreateModel(
            name="WeeklyHours",
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
                (
                    "every",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="1 is every week. Others count from the week of the first date.",
                        verbose_name="every n-th week",
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="first date")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="last date")),
                (
                    "therapist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="weekly_hours",
                        to="services.therapist",
                    ),
                ),
            ],
            options={
                "verbose_name": "weekly hours",
                "verbose_name_plural": "weekly hours",
                "ordering": ["therapist", "weekday", "start"],
            },
        ),
        migrations.CreateModel(
            name="AppointmentEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("action", models.CharField(max_length=20)),
                (
                    "from_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("requested", "Requested"),
                            ("offered", "Offered"),
                            ("confirmed", "Confirmed"),
                            ("arrived", "Arrived"),
                            ("completed", "Completed"),
                            ("no_show", "Did not come"),
                            ("declined", "Declined"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "to_status",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("offered", "Offered"),
                            ("confirmed", "Confirmed"),
                            ("arrived", "Arrived"),
                            ("completed", "Completed"),
                            ("no_show", "Did not come"),
                            ("declined", "Declined"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        max_length=20,
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.CharField(
                        choices=[("patient", "Patient"), ("desk", "Front desk"), ("system", "System")],
                        max_length=10,
                    ),
                ),
                ("visit", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="booking.appointment",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="services.room",
                    ),
                ),
                (
                    "therapist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="services.therapist"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "ordering": ["at", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("appointment", "version"), name="one_event_a_version")
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "Request received"),
                            ("confirmed", "Confirmed"),
                            ("declined", "Declined"),
                            ("moved", "Moved"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(help_text="The appointment's version that it tells of."),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting to be sent"),
                            ("sent", "Sent"),
                            ("failed", "Could not be sent"),
                            ("not_needed", "No longer needed"),
                        ],
                        default="waiting",
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, max_length=500)),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="booking.appointment",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "ordering": ["-created_at"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")),
                        fields=["created_at"],
                        name="notification_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("appointment", "kind", "version"), name="said_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OverrideHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField()),
                (
                    "start",
                    booking.fields.MinuteOfDayField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(1440)],
                        verbose_name="from",
                    ),
                ),
                (
                    "end",
                    booking.fields.MinuteOfDayField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(1440)],
                        verbose_name="until",
                    ),
                ),
                (
                    "therapist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="override_hours",
                        to="services.therapist",
                    ),
                ),
            ],
            options={
                "verbose_name": "other hours on a date",
                "verbose_name_plural": "other hours on a date",
                "ordering": ["therapist", "date", "start"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end__isnull", True), ("start__isnull", True)),
                            models.Q(("end__lte", 1440), ("start__lt", models.F("end"))),
                            _connector="OR",
                        ),
                        name="override_hours_both_or_none",
                        violation_error_message="Give both times, the second after the first, or neither for no hours.",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ("requested", "offered", "confirmed", "arrived", "completed"))
                ),
                fields=["occupied_from"],
                include=("occupied_until", "therapist", "room"),
                name="appointment_window",
            ),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["starts_at"], name="appointment_starts_at"),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    ("status__in", ("requested", "offered", "confirmed", "arrived", "completed"))
                ),
                expressions=[("therapist", "="), ("occupied", "&&")],
                name="therapist_is_in_one_place",
                violation_error_message="The therapist has another appointment at that time.",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    ("room__isnull", False),
                    ("status__in", ("requested", "offered", "confirmed", "arrived", "completed")),
                ),
                expressions=[("room", "="), ("occupied", "&&")],
                name="room_holds_one_visit",
                violation_error_message="The room is taken at that time.",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("visit__isempty", False), ("visit__lower_inf", False), ("visit__upper_inf", False)
                ),
                name="visit_is_bounded",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("occupied__contains", models.F("visit")),
                    ("occupied__lower_inf", False),
                    ("occupied__upper_inf", False),
                ),
                name="occupied_contains_visit",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "occupied_until__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("occupied_from"), "+", models.Value(datetime.timedelta(days=1))
                        ),
                    )
                ),
                name="occupied_is_at_most_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "requested",
                            "offered",
                            "confirmed",
                            "arrived",
                            "completed",
                            "no_show",
                            "declined",
                            "cancelled",
                            "expired",
                        ],
                    )
                ),
                name="status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="timeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("period__isempty", False), ("period__lower_inf", False), ("period__upper_inf", False)
                ),
                name="time_off_is_bounded",
                violation_error_message="Give both ends of the time off, the second after the first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="weeklyhours",
            constraint=models.CheckConstraint(
                condition=models.Q(("start__lt", models.F("end"))),
                name="weekly_hours_start_before_end",
                violation_error_message="The hours must end after they start.",
            ),
        ),
        migrations.AddConstraint(
            model_name="weeklyhours",
            constraint=models.CheckConstraint(
                condition=models.Q(("end__lte", 1440)), name="weekly_hours_end_in_the_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="weeklyhours",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__lte", 6)), name="weekly_hours_weekday_exists"
            ),
        ),
        migrations.AddConstraint(
            model_name="weeklyhours",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("every", 1), models.Q(("every__gt", 1), ("valid_from__isnull", False)), _connector="OR"
                ),
                name="weekly_hours_nth_week_has_first_date",
                violation_error_message="Hours for every n-th week need a first date to count from.",
            ),
        ),
        migrations.AddConstraint(
            model_name="weeklyhours",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from__isnull", True),
                    ("valid_until__isnull", True),
                    ("valid_from__lte", models.F("valid_until")),
                    _connector="OR",
                ),
                name="weekly_hours_valid_in_order",
                violation_error_message="The last date is before the first.",
            ),
        ),
    ]
