"""When therapists work and what is offered: hours, time off, times on hold, limits of a day, and the clinic's closures.

Hours are local: minutes on the wall clock since midnight, 1440 being the midnight that ends the day. They become
instants only for a date, in `booking.walltime`.
"""

from django.contrib.postgres.fields import DateTimeRangeField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from booking.fields import MinuteOfDayField
from flexclinic.lib import when


class WeeklyHours(models.Model):
    """A stretch of a weekday in which a therapist sees patients."""

    class Weekday(models.IntegerChoices):
        """As Python counts: Monday is 0."""

        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"
        SATURDAY = 5, "Saturday"
        SUNDAY = 6, "Sunday"

    therapist = models.ForeignKey("services.Therapist", on_delete=models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    start = MinuteOfDayField("from")
    end = MinuteOfDayField("until")
    every = models.PositiveSmallIntegerField(
        "every n-th week",
        default=1,
        help_text="1 is every week. Others count from the week of the first date.",
    )
    valid_from = models.DateField("first date", null=True, blank=True)
    valid_until = models.DateField("last date", null=True, blank=True)

    class Meta:
        verbose_name = "weekly hours"
        verbose_name_plural = "weekly hours"
        ordering = ["therapist", "weekday", "start"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__lt=F("end")),
                name="weekly_hours_start_before_end",
                violation_error_message="The hours must end after they start.",
            ),
            models.CheckConstraint(condition=Q(end__lte=1440), name="weekly_hours_end_in_the_day"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekly_hours_weekday_exists"),
            models.CheckConstraint(
                condition=Q(every=1) | Q(every__gt=1, valid_from__isnull=False),
                name="weekly_hours_nth_week_has_first_date",
                violation_error_message="Hours for every n-th week need a first date to count from.",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_from__lte=F("valid_until")),
                name="weekly_hours_valid_in_order",
                violation_error_message="The last date is before the first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {when.format_stretch(self.start, self.end)}"


class OverrideHours(models.Model):
    """Hours of one date in place of the weekly ones, or on top. Without times: no hours on that date."""

    therapist = models.ForeignKey(
        "services.Therapist", on_delete=models.CASCADE, related_name="override_hours"
    )
    date = models.DateField()
    start = MinuteOfDayField("from", null=True, blank=True)
    end = MinuteOfDayField("until", null=True, blank=True)
    extra = models.BooleanField(
        "on top of the usual hours",
        default=False,
        db_default=False,
        help_text="Otherwise these are the only hours of that date.",
    )

    class Meta:
        verbose_name = "other hours on a date"
        verbose_name_plural = "other hours on a date"
        ordering = ["therapist", "date", "start"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True) | Q(start__lt=F("end"), end__lte=1440),
                name="override_hours_both_or_none",
                violation_error_message="Give both times, the second after the first, or neither for no hours.",
            ),
            models.CheckConstraint(
                condition=Q(extra=False) | Q(start__isnull=False),
                name="override_hours_extra_have_times",
                violation_error_message="Hours on top of the usual ones need both times.",
            ),
        ]

    def __str__(self) -> str:
        hours = (
            "no hours"
            if self.start is None or self.end is None
            else when.format_stretch(self.start, self.end)
        )
        return f"{self.therapist}, {when.format_date(self.date)}: {hours}"


class TimeOff(models.Model):
    """A time in which a therapist sees nobody, of any length."""

    therapist = models.ForeignKey("services.Therapist", on_delete=models.CASCADE, related_name="time_off")
    period = DateTimeRangeField()
    note = models.CharField(max_length=200, blank=True, help_text="For the desk only.")

    class Meta:
        verbose_name = "time off"
        verbose_name_plural = "time off"
        ordering = ["period"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="time_off_is_bounded",
                violation_error_message="Give both ends of the time off, the second after the first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.therapist}: time off from {when.format_date_time(self.period.lower)}"


class Hold(models.Model):
    """A time that the desk keeps back: the website does not offer it, the desk may book it."""

    therapist = models.ForeignKey("services.Therapist", on_delete=models.CASCADE, related_name="holds")
    period = DateTimeRangeField()
    note = models.CharField(max_length=200, blank=True, help_text="For the desk only, as in emergencies.")
    released_at = models.DateTimeField(
        null=True, blank=True, help_text="From then on the website offers what is left of it."
    )

    class Meta:
        verbose_name = "time on hold"
        verbose_name_plural = "times on hold"
        ordering = ["period"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="hold_is_bounded",
                violation_error_message="Give both ends of the time on hold, the second after the first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.therapist}: on hold from {when.format_date_time(self.period.lower)}"


class WorkingDay(models.Model):
    """What each day of a therapist has to keep: most visits, and a break that floats between two times."""

    therapist = models.OneToOneField(
        "services.Therapist", on_delete=models.CASCADE, related_name="working_day"
    )
    most_visits = models.PositiveSmallIntegerField(
        "most visits a day",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Empty: no limit.",
    )
    break_minutes = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(5)],
        help_text="Minutes that stay free in one piece. Empty: no break is kept.",
    )
    break_from = MinuteOfDayField("not before", null=True, blank=True)
    break_until = MinuteOfDayField("over by", null=True, blank=True)

    class Meta:
        verbose_name = "limits of a day"
        verbose_name_plural = "limits of a day"
        ordering = ["therapist"]
        constraints = [
            models.CheckConstraint(
                condition=Q(break_minutes__isnull=True, break_from__isnull=True, break_until__isnull=True)
                | Q(
                    break_minutes__isnull=False,
                    break_from__isnull=False,
                    break_until__isnull=False,
                    break_minutes__gte=1,
                    break_until__lte=1440,
                    break_until__gte=F("break_from") + F("break_minutes"),
                ),
                name="break_fits_between_its_times",
                violation_error_message="Give the break's minutes and two times that it fits between, or none of them.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.therapist}"


class OfferedHours(models.Model):
    """A stretch of a weekday in which an option is offered. Without any, it is offered in all hours."""

    option = models.ForeignKey(
        "services.ServiceOption", on_delete=models.CASCADE, related_name="offered_hours"
    )
    weekday = models.PositiveSmallIntegerField(choices=WeeklyHours.Weekday.choices)
    start = MinuteOfDayField("from")
    end = MinuteOfDayField("until")

    class Meta:
        verbose_name = "times an option is offered"
        verbose_name_plural = "times an option is offered"
        ordering = ["option", "weekday", "start"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__lt=F("end"), end__lte=1440),
                name="offered_hours_start_before_end",
                violation_error_message="The hours must end after they start.",
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="offered_hours_weekday_exists"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {when.format_stretch(self.start, self.end)}"


class Closure(models.Model):
    """A time in which the whole clinic is closed."""

    period = DateTimeRangeField()
    name = models.CharField(max_length=200, help_text="As in Thanksgiving. Patients may see it.")

    class Meta:
        ordering = ["period"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="closure_is_bounded",
                violation_error_message="Give both ends of the closure, the second after the first.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
