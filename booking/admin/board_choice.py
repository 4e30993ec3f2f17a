"""What somebody wants to see of the board: which dates, whose, and which option's free times."""

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from urllib.parse import urlencode

from django import forms

from booking import walltime
from booking.admin.start import check_near, date_field
from booking.admin.visit_forms import OptionField
from booking.board import frame, month, week
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist

DAY, WEEK, MONTH = "day", "week", "month"
_VIEWS = ((DAY, "Day"), (WEEK, "Week"), (MONTH, "Month"))


class Choice(forms.Form):
    """Nothing chosen: today, of all therapists, with the first option that can be booked. One query, two for a week.

    With `only` it is what that therapist sees of the board: their own column, their own week, their own counts.
    What cannot be read has an error at its box, and what would be shown without it is shown.
    """

    date = date_field(label="Date", required=False)
    option = forms.ChoiceField(
        label="What",
        required=False,
        error_messages={"invalid_choice": "There is no such option. Choose one."},
    )
    therapist = forms.ChoiceField(
        label="Therapist",
        required=False,
        error_messages={"invalid_choice": "There is no such therapist. Choose one."},
    )
    view = forms.ChoiceField(choices=_VIEWS, required=False, widget=forms.HiddenInput)
    by = forms.ChoiceField(choices=(("room", "Rooms"),), required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, str], *, only: Therapist | None = None) -> None:
        self.only = only
        options = (
            ServiceOption.objects.bookable()
            .named()
            .order_by("service__position", "service__title", "position", "minutes")
        )
        self.options = {option.slug: option for option in options}
        view = data.get("view") if data.get("view") in dict(_VIEWS) else DAY
        self.therapists = (
            {
                one.slug: one
                for one in Therapist.objects.only("slug", "title", "bookable").filter(bookable=True)
            }
            if view == WEEK and only is None
            else {}
        )
        if only:
            self.therapists = {only.slug: only}
        # The boxes say what is shown.
        super().__init__(
            {
                "view": view,
                "by": "room" if data.get("by") == "room" and view == DAY and not only else "",
                "date": data.get("date") or clock.today().isoformat(),
                "option": data.get("option") or next(iter(self.options), ""),
                "therapist": data.get("therapist") or next(iter(self.therapists), ""),
            }
        )
        label = OptionField(queryset=ServiceOption.objects.none()).label_from_instance
        self._offer("option", {slug: label(option) for slug, option in self.options.items()})
        if view == WEEK:
            self._offer("therapist", {slug: one.name for slug, one in self.therapists.items()})
        else:
            del self.fields["therapist"]
        if view == MONTH:
            del self.fields["option"]
        self.is_valid()

    def _offer(self, name: str, labels: dict[str, str]) -> None:
        self.fields[name].choices = list(labels.items())  # type: ignore[attr-defined]

    def clean_date(self) -> dt.date:
        """A date that is not years away."""
        day: dt.date = self.cleaned_data["date"]
        check_near(day)
        return day

    @property
    def shows(self) -> str:
        """ "day", "week" or "month"."""
        return str(self.data["view"])

    @property
    def rooms(self) -> bool:
        """A column for each room instead of each therapist."""
        return bool(self.data["by"])

    @cached_property
    def day(self) -> dt.date:
        """The date that is shown, or one of those that are."""
        return self.cleaned_data.get("date") or clock.today()

    @cached_property
    def chosen_option(self) -> ServiceOption | None:
        """The option whose free times are shown."""
        slug = self.cleaned_data.get("option") or next(iter(self.options), "")
        return self.options.get(slug)

    @cached_property
    def chosen_therapist(self) -> Therapist | None:
        """Whose week is shown."""
        slug = self.cleaned_data.get("therapist") or next(iter(self.therapists), "")
        return self.therapists.get(slug)

    def query(self, **other: str) -> str:
        """The query of the board's address as it is shown, or with something else; "" leaves a part out."""
        shown = {
            "view": "" if self.shows == DAY else self.shows,
            "date": self.day.isoformat(),
            "by": "room" if self.rooms else "",
            "therapist": self.chosen_therapist.slug if self.chosen_therapist else "",
            "option": self.chosen_option.slug if self.chosen_option else "",
        }
        return urlencode({name: value for name, value in {**shown, **other}.items() if value})

    def dates(self) -> tuple[dt.date, dt.date]:
        """The first and the last local date that are shown."""
        if self.shows == WEEK:
            first = week.first_of(self.day)
            return first, first + dt.timedelta(days=6)
        return month.span(self.day) if self.shows == MONTH else (self.day, self.day)

    def period(self) -> tuple[dt.datetime, dt.datetime]:
        """The moments at which those dates begin and end."""
        first, last = self.dates()
        local = walltime.local_days(clock.clinic_zone(), first, (last - first).days + 1)
        if not any(each.segments for each in local):
            midnight = dt.datetime.combine(first, dt.time(), dt.UTC)
            return midnight, midnight
        return frame.bounds(local)

    def turned(self, by: int) -> dt.date:
        """The date so many days, weeks or months on."""
        if self.shows == MONTH:
            number = self.day.year * 12 + self.day.month - 1 + by
            return dt.date(number // 12, number % 12 + 1, 1)
        return self.day + dt.timedelta(days=by * (7 if self.shows == WEEK else 1))
