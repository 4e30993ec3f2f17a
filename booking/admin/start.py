"""A start or an end as the desk writes it: a date and a time on the clinic's wall clock, in boxes of their own."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking import walltime
from booking.fields import MinuteOfDayFormField
from flexclinic.lib import clock, when

#: How far from today a date may be: what lies beyond is a slip of the hand.
FURTHEST = dt.timedelta(days=2 * 366)


def date_field(*, label: str, required: bool = True, help_text: str = "") -> forms.DateField:
    """A date in the browser's own date box, which sends 2026-11-24; typed as 11/24/2026 it is read, too."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        input_formats=["%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y"],
        error_messages={
            "required": "Enter a date.",
            "invalid": "Enter a date such as 11/24/2026.",
        },
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"}),
    )


def time_field(*, label: str, required: bool = True, help_text: str = "") -> MinuteOfDayFormField:
    """A time as people write it; gives minutes since midnight."""
    return MinuteOfDayFormField(
        label=label,
        required=required,
        help_text=help_text,
        error_messages={"required": "Enter a time such as 9:00 or 5:30pm."},
        widget=forms.TextInput(attrs={"size": 8, "autocomplete": "off"}),
    )


def check_near(day: dt.date) -> None:
    """Raise ValidationError for a date that is years away."""
    if abs(day - clock.today()) > FURTHEST:
        raise ValidationError("Enter a date within two years of today.", code="far")


def instants(day: dt.date, minute: int) -> tuple[int, ...]:
    """Every instant at which the clinic's clock shows that date and minute; 1440 is the next date's midnight."""
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute)
    return walltime.instants_of(clock.clinic_zone(), wall)


def whole_day(day: dt.date) -> DateTimeTZRange:
    """The local date from its first instant to the first of the next."""
    [first, *_], [after, *_] = (
        next(found for minute in range(1440) if (found := instants(each, minute)))
        for each in (day, day + dt.timedelta(days=1))
    )
    return DateTimeTZRange(as_moment(first), as_moment(after), "[)")


def as_moment(instant: int) -> dt.datetime:
    """Seconds since the epoch as an aware datetime in UTC."""
    return dt.datetime.fromtimestamp(instant, dt.UTC)


def written(moment: dt.datetime) -> tuple[dt.date, int]:
    """An instant as the boxes take it: the clinic's date, and minutes since midnight on its clock."""
    local = when.in_clinic_zone(moment)
    return local.date(), local.hour * 60 + local.minute


class StartForm(forms.Form):
    """A date, a time, and, only where the clock shows that time twice, which of the two. Gives `start` in UTC."""

    date = date_field(label="Date")
    time = time_field(label="Time", help_text="Such as 9, 9:30 or 5:30pm.")
    which = forms.CharField(
        label="Which of the two?",
        required=False,
        widget=forms.RadioSelect,
        help_text="The clocks go back that night and show this time twice.",
    )

    #: The form has to ask which of two instants is meant.
    asks_which = False

    def clean_date(self) -> dt.date:
        """A date that is not years away."""
        day: dt.date = self.cleaned_data["date"]
        check_near(day)
        return day

    def clean_time(self) -> int:
        """A minute at which something can start: 24:00 is the next day's 0:00."""
        minute: int = self.cleaned_data["time"]
        if minute == 1440:
            raise ValidationError("Write 0:00 of the next day.", code="invalid")
        return minute

    def offer_which(self) -> None:
        """Ask which of two instants is meant before anything was sent, where the address filled in such a time."""
        try:
            day = self.fields["date"].clean(self.initial.get("date"))
            minute = self.fields["time"].clean(self.initial.get("time"))
            check_near(day)
        except ValidationError:
            return
        found = instants(day, minute)
        if len(found) > 1:
            self._ask_which(found)

    def _ask_which(self, found: tuple[int, ...]) -> list[str]:
        """Show a choice of instants; gives what each sends."""
        self.asks_which = True
        choices = [(str(instant), when.format_time(as_moment(instant))) for instant in found]
        self.fields["which"].widget.choices = choices
        return [value for value, _ in choices]

    def read_start(self) -> dt.datetime | None:
        """The instant that the boxes name; None, with an error at the box, where there is not exactly one."""
        day, minute = self.cleaned_data.get("date"), self.cleaned_data.get("time")
        if day is None or minute is None:
            return None
        found = instants(day, minute)
        if not found:
            self.add_error(
                "time",
                ValidationError(
                    "The clocks go forward that night and skip this time: it does not exist.", code="skipped"
                ),
            )
            return None
        if len(found) == 1:
            return as_moment(found[0])
        chosen = self.cleaned_data.get("which", "")
        if chosen in self._ask_which(found):
            return as_moment(int(chosen))
        self.add_error(
            "which",
            ValidationError("The clock shows this time twice that night. Choose which one.", code="twice"),
        )
        return None
