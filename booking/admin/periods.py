"""Time off, holds and closures: a range of instants, written as two dates with times where they are needed."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.http import HttpRequest, HttpResponse
from django.urls import path

from booking.admin import ask_first, wording
from booking.admin.affected import visits_in, warn_of_visits
from booking.admin.own import OwnRows
from booking.admin.public_holidays import holidays_page
from booking.admin.start import as_moment, check_near, date_field, instants, time_field, written
from booking.models import Closure, Hold, TimeOff
from flexclinic.lib import clock, when

_DAY = 1440
_WHEN = ("from_date", "from_time", "until_date", "until_time")


class PeriodForm(forms.ModelForm[Any]):
    """From and until, in the clinic's zone; without times whole days, the last one included."""

    from_date = date_field(label="From")
    from_time = time_field(label="time", required=False, help_text="Empty: from the start of the day.")
    until_date = date_field(label="Until", help_text="This day included.")
    until_time = time_field(label="time", required=False, help_text="Empty: to the end of the day.")
    anyway = ask_first.anyway_field()

    #: Visits that are booked then are listed before it is saved.
    asks_first = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        period = self.instance.period
        if period:
            first, from_minute = written(period.lower)
            last, until_minute = written(period.upper)
            if until_minute == 0:  # the midnight that ends the day before
                last, until_minute = last - timedelta(days=1), _DAY
            self.initial.setdefault("from_date", first)
            self.initial.setdefault("until_date", last)
            self.initial.setdefault("from_time", from_minute or None)
            self.initial.setdefault("until_time", until_minute if until_minute < _DAY else None)

    def clean_from_date(self) -> date:
        """A date that is not years away."""
        day: date = self.cleaned_data["from_date"]
        if "from_date" in self.changed_data:
            check_near(day)
        return day

    def clean_until_date(self) -> date:
        """A date that is not years away."""
        day: date = self.cleaned_data["until_date"]
        if "until_date" in self.changed_data:
            check_near(day)
        return day

    def clean(self) -> dict[str, Any]:
        """Put the range together, or say at the right box why there is none."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors.keys() & {*_WHEN}:
            return cleaned
        start = self._moment("from", cleaned["from_date"], cleaned.get("from_time"), otherwise=0, last=False)
        end = self._moment(
            "until", cleaned["until_date"], cleaned.get("until_time"), otherwise=_DAY, last=True
        )
        if start is None or end is None:
            return cleaned
        if end <= start:
            box = "until_date" if cleaned["until_date"] < cleaned["from_date"] else "until_time"
            self.add_error(box, ValidationError("The end must come after the start.", code="order"))
            return cleaned
        self.instance.period = DateTimeTZRange(start, end, "[)")
        self._ask_first(cleaned)
        return cleaned

    def _ask_first(self, cleaned: dict[str, Any]) -> None:
        """List the visits that are booked in the range, unless neither it nor the therapist is new."""
        if not self.asks_first or self.errors or not {*_WHEN, "therapist"} & set(self.changed_data):
            return
        booked = visits_in(period=self.instance.period, therapist=cleaned.get("therapist"))
        ask_first.ask(self, list(booked), said="booked in that time")

    def _moment(
        self, end: str, day: date, minute: int | None, *, otherwise: int, last: bool
    ) -> datetime | None:
        """An end of the range. Of a time that the clock shows twice, the one that makes the range longer.

        The start of a day that the clock skips is the first moment of that day.
        """
        found = instants(day, otherwise if minute is None else minute)
        if not found and minute is None:
            following = next(after for after in range(otherwise % _DAY, _DAY) if instants(day, after))
            found = instants(day, following)
        if not found:
            text = "The clocks go forward that night and skip this time: it does not exist."
            self.add_error(f"{end}_time", ValidationError(text, code="skipped"))
            return None
        return as_moment(found[-1] if last else found[0])


class TimeOffForm(PeriodForm):
    """When a therapist sees nobody."""

    class Meta:
        model = TimeOff
        fields = ("therapist", "note")


class HoldForm(PeriodForm):
    """When the website offers nothing, and the desk may book. What is booked then is in nobody's way."""

    asks_first = False

    release_date = date_field(
        label="Release on",
        required=False,
        help_text="From the start of that day the website offers what is left of it. Empty: it stays on hold.",
    )

    class Meta:
        model = Hold
        fields = ("therapist", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.released_at:
            self.initial.setdefault("release_date", written(self.instance.released_at)[0])

    def clean_release_date(self) -> date | None:
        """A date that is not years away."""
        day: date | None = self.cleaned_data["release_date"]
        if day and "release_date" in self.changed_data:
            check_near(day)
        return day

    def clean(self) -> dict[str, Any]:
        """Put the moment of the release together: the first one of its day."""
        cleaned = super().clean()
        day, until = cleaned.get("release_date"), cleaned.get("until_date")
        self.instance.released_at = (
            self._moment("release", day, None, otherwise=0, last=False) if day else None
        )
        if day and until and day > until:
            words = "The release must not come after the time on hold is over."
            self.add_error("release_date", ValidationError(words, code="order"))
        return cleaned


class ClosureForm(PeriodForm):
    """When the clinic is closed."""

    class Meta:
        model = Closure
        fields = ("name",)


class OverFilter(admin.SimpleListFilter):
    """What is still to come, unless somebody asks for all."""

    title = "date"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Those to come, those that are over."""
        return [("coming", "Now and to come"), ("over", "Over")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those of the chosen kind."""
        match self.value():
            case "coming":
                return queryset.filter(period__endswith__gt=clock.now())
            case "over":
                return queryset.filter(period__endswith__lte=clock.now())
        return queryset


class PeriodAdmin(OwnRows[Any]):
    """What the three kinds have in common."""

    list_filter: ClassVar[Any] = (OverFilter,)
    show_facets = admin.ShowFacets.NEVER
    ordering = ("-period",)
    empty_value_display = ""
    boxes = (("from_date", "from_time"), ("until_date", "until_time"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and say which visits are booked then."""
        super().save_model(request, obj, form, change)
        warn_of_visits(request, period=obj.period, therapist=getattr(obj, "therapist", None))

    @admin.display(description="from", ordering="period")
    def begins(self, row: Any) -> str:
        """The first day, with its time where it does not begin at midnight."""
        _, minute = written(row.period.lower)
        return wording.day(row.period.lower) + (f", {when.format_time(row.period.lower)}" if minute else "")

    @admin.display(description="until")
    def ends(self, row: Any) -> str:
        """The last day, with its time where it does not end at midnight."""
        _, minute = written(row.period.upper)
        if minute == 0:
            return wording.day(row.period.upper - timedelta(seconds=1))
        return f"{wording.day(row.period.upper)}, {when.format_time(row.period.upper)}"


@admin.register(TimeOff)
class TimeOffAdmin(PeriodAdmin):
    """Vacations, training, a day at home."""

    form = TimeOffForm
    fields = ("therapist", *PeriodAdmin.boxes, "note", "anyway")
    list_display = ("therapist", "begins", "ends", "note")
    list_filter = (OverFilter, "therapist")
    list_select_related = ("therapist",)
    search_fields = ("therapist__title", "note")


@admin.register(Hold)
class HoldAdmin(PeriodAdmin):
    """Times that the desk keeps back, as for emergencies."""

    form = HoldForm
    fields = ("therapist", *PeriodAdmin.boxes, "release_date", "note")
    list_display = ("therapist", "begins", "ends", "release", "note")
    list_filter = (OverFilter, "therapist")
    list_select_related = ("therapist",)
    search_fields = ("therapist__title", "note")

    @admin.display(description="released on", ordering="released_at")
    def release(self, row: Hold) -> str:
        """From which day on the website offers it."""
        return wording.day(row.released_at) if row.released_at else ""


@admin.register(Closure)
class ClosureAdmin(PeriodAdmin):
    """Holidays, and days on which the heating is mended."""

    form = ClosureForm
    fields = ("name", *PeriodAdmin.boxes, "anyway")
    list_display = ("name", "begins", "ends")
    search_fields = ("name",)

    def get_urls(self) -> list[Any]:
        """The holidays' address before the admin's own."""
        holidays = path(
            "holidays/", self.admin_site.admin_view(self.holidays_view), name="booking_closure_holidays"
        )
        return [holidays, *super().get_urls()]

    def holidays_view(self, request: HttpRequest) -> HttpResponse:
        """The coming public holidays, to be closed on."""
        return holidays_page(self, request)
