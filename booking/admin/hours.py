"""Therapists' hours: row by row here; a whole week at a glance in `week`."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.http import HttpRequest, HttpResponse
from django.urls import path

from booking import sight, working_hours
from booking.admin import ask_first
from booking.admin.ask_before_deleting import AsksBeforeDeleting
from booking.admin.month import month_page
from booking.admin.start import check_near, date_field
from booking.admin.week_page import week_page
from booking.models import Appointment, OverrideHours, WeeklyHours
from booking.question import WeeklyRule
from flexclinic.lib import clock, when
from services.models import Therapist

R = TypeVar("R", WeeklyHours, OverrideHours)


class WeeklyHoursForm(forms.ModelForm[WeeklyHours]):
    """One stretch of a weekday, with what makes it special."""

    anyway = ask_first.anyway_field()

    class Meta:
        model = WeeklyHours
        fields = ("therapist", "weekday", "start", "end", "every", "valid_from", "valid_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("valid_from", "First date"), ("valid_until", "Last date")):
            if name in self.fields:
                help_text = self.fields[name].help_text
                self.fields[name] = date_field(label=label, required=False, help_text=str(help_text))
        if "every" in self.fields:
            self.fields["every"].validators.append(MaxValueValidator(52))

    def clean(self) -> dict[str, Any]:
        """List the visits that a changed row would leave outside the hours."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors or self.instance.pk is None or not self.has_changed():
            return cleaned
        stored = WeeklyHours.objects.select_related("therapist").get(pk=self.instance.pk)
        before = working_hours.rules_of(stored.therapist, first=clock.today())
        others = stored.therapist.weekly_hours.exclude(pk=stored.pk)
        weekly = [working_hours.rule_of(row) for row in others]
        if cleaned["therapist"] == stored.therapist:
            names = ("weekday", "start", "end", "every", "valid_from", "valid_until")
            weekly.append(WeeklyRule(**{name: cleaned[name] for name in names}))
        left = working_hours.left_outside(
            therapist=stored.therapist, before=before, after=replace(before, weekly=tuple(weekly))
        )
        ask_first.ask(self, left, said="will lie outside the hours")
        return cleaned

    def clean_valid_from(self) -> date | None:
        """A date that is not years away."""
        return self._near("valid_from")

    def clean_valid_until(self) -> date | None:
        """A date that is not years away."""
        return self._near("valid_until")

    def _near(self, name: str) -> date | None:
        day: date | None = self.cleaned_data[name]
        if day and name in self.changed_data:
            check_near(day)
        return day


def _by_therapist(rows: Iterable[R]) -> list[tuple[Therapist, list[R]]]:
    """Rows of hours, put together by whose they are."""
    found: dict[int, list[R]] = {}
    for row in rows:
        found.setdefault(row.therapist_id, []).append(row)
    return [(gone[0].therapist, gone) for gone in found.values()]


def _without_weekly(therapist: Therapist, gone: list[WeeklyHours]) -> list[Appointment]:
    before = working_hours.rules_of(therapist, first=clock.today())
    others = therapist.weekly_hours.exclude(pk__in=[row.pk for row in gone])
    after = replace(before, weekly=tuple(working_hours.rule_of(row) for row in others))
    return working_hours.left_outside(therapist=therapist, before=before, after=after)


def _without_dates(therapist: Therapist, gone: list[OverrideHours]) -> list[Appointment]:
    days = {row.date for row in gone}
    before = working_hours.rules_of(therapist, first=min(*days, clock.today()))
    others = OverrideHours.objects.filter(therapist=therapist, date__in=days).exclude(
        pk__in=[row.pk for row in gone]
    )
    left = working_hours.dates_of_rows(others.order_by("date", "start", "pk"))
    after = before.with_dates({day: left.get(day, working_hours.USUAL) for day in days})
    return working_hours.left_outside(therapist=therapist, before=before, after=after)


@admin.register(WeeklyHours)
class WeeklyHoursAdmin(AsksBeforeDeleting[WeeklyHours]):
    """Hours that repeat. The list leads to each therapist's week."""

    form = WeeklyHoursForm
    fields = ("therapist", "weekday", ("start", "end"), "every", ("valid_from", "valid_until"), "anyway")
    list_display = ("therapist", "weekday", "hours", "repeats", "valid_from", "valid_until")
    list_display_links = ("hours",)
    list_filter = ("therapist", "weekday")
    list_select_related = ("therapist",)
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 100
    empty_value_display = ""

    def left_without(self, rows: Iterable[WeeklyHours]) -> list[Appointment]:
        """Therapist by therapist."""
        return [visit for whose, gone in _by_therapist(rows) for visit in _without_weekly(whose, gone)]

    @admin.display(description="hours", ordering="start")
    def hours(self, row: WeeklyHours) -> str:
        """From when until when."""
        return when.format_stretch(row.start, row.end)

    @admin.display(description="repeats", ordering="every")
    def repeats(self, row: WeeklyHours) -> str:
        """How often."""
        return "every week" if row.every == 1 else f"every {row.every} weeks"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The rows, below the way to each week."""
        every = Therapist.objects.order_by("-bookable", "position", "title")
        therapists = sight.seen(request.user, every)
        return super().changelist_view(
            request, {"title": "Weekly hours", "therapists": therapists, **(extra_context or {})}
        )

    def get_urls(self) -> list[Any]:
        """The week's address before the admin's own."""
        week = path(
            "week/<int:therapist_id>/",
            self.admin_site.admin_view(self.week_view),
            name="booking_weeklyhours_week",
        )
        return [week, *super().get_urls()]

    def may_set_up(self, request: HttpRequest) -> bool:
        """A week may be set up by who may do everything with hours."""
        return (
            self.has_add_permission(request)
            and self.has_change_permission(request)
            and self.has_delete_permission(request)
        )

    def week_view(self, request: HttpRequest, therapist_id: int) -> HttpResponse:
        """A therapist's whole week in one form."""
        return week_page(self, request, therapist_id)


class OverrideHoursForm(forms.ModelForm[OverrideHours]):
    """Hours of one date."""

    anyway = ask_first.anyway_field()

    class Meta:
        model = OverrideHours
        fields = ("therapist", "date", "start", "end", "extra")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "date" in self.fields:
            self.fields["date"] = date_field(label="Date")
            self.fields["end"].help_text = "Leave both times empty for no hours on that date."

    def clean_date(self) -> Any:
        """A date that is not years away."""
        day = self.cleaned_data["date"]
        if "date" in self.changed_data:
            check_near(day)
        return day

    def clean(self) -> dict[str, Any]:
        """Say at the right box what is missing; and never both hours and no hours on a date."""
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if self.errors:
            return cleaned
        if start is None and end is not None:
            self.add_error("start", ValidationError("Enter when the hours begin.", code="required"))
        elif end is None and start is not None:
            self.add_error("end", ValidationError("Enter when the hours end.", code="required"))
        elif start is not None and end <= start:
            self.add_error("end", ValidationError("The hours must end after they start.", code="order"))
        elif start is None and cleaned.get("extra"):
            self.add_error("start", ValidationError("Enter when the extra hours begin.", code="required"))
        else:
            self._check_others(cleaned["therapist"], cleaned["date"], start, end)
        if not self.errors and self.has_changed():
            self._ask_first(cleaned["therapist"], cleaned["date"])
        return cleaned

    def _ask_first(self, therapist: Therapist, day: date) -> None:
        """List the visits that would lie outside the hours of the date."""
        before = working_hours.rules_of(therapist, first=min(day, clock.today()))
        others = OverrideHours.objects.filter(therapist=therapist, date=day).exclude(pk=self.instance.pk)
        row = OverrideHours(date=day, **{name: self.cleaned_data[name] for name in ("start", "end", "extra")})
        after = before.with_dates(working_hours.dates_of_rows([*others, row]))
        left = working_hours.left_outside(therapist=therapist, before=before, after=after)
        ask_first.ask(self, left, said="will lie outside the hours")

    def _check_others(self, therapist: Therapist, day: Any, start: int | None, end: int | None) -> None:
        same_kind = OverrideHours.objects.filter(
            therapist=therapist, date=day, extra=self.cleaned_data["extra"]
        )
        for other in same_kind.exclude(pk=self.instance.pk):
            if other.start is None or other.end is None:
                text = f"{therapist} has no hours on that date already. Change or delete that first."
                self.add_error("date", ValidationError(text, code="no_hours"))
            elif start is None or end is None:
                text = f"{therapist} has other hours on that date: {when.format_stretch(other.start, other.end)}."
                self.add_error("date", ValidationError(text, code="has_hours"))
            elif start < other.end and other.start < end:
                text = f"This overlaps the hours from {when.format_stretch(other.start, other.end)} on that date."
                self.add_error("start", ValidationError(text, code="overlap"))


class DateFilter(admin.SimpleListFilter):
    """What is still to come, or over."""

    title = "date"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """From today on, or before."""
        return [("coming", "Today and to come"), ("over", "Over")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those of the chosen kind."""
        match self.value():
            case "coming":
                return queryset.filter(date__gte=clock.today())
            case "over":
                return queryset.filter(date__lt=clock.today())
        return queryset


@admin.register(OverrideHours)
class OverrideHoursAdmin(AsksBeforeDeleting[OverrideHours]):
    """Hours of a date in place of the weekly ones, or on top of them."""

    form = OverrideHoursForm
    fields = ("therapist", "date", ("start", "end"), "extra", "anyway")
    list_display = ("therapist", "on", "hours")
    list_display_links = ("therapist", "on")
    list_filter = (DateFilter, "therapist")
    list_select_related = ("therapist",)
    show_facets = admin.ShowFacets.NEVER
    ordering = ("-date", "start")

    def left_without(self, rows: Iterable[OverrideHours]) -> list[Appointment]:
        """Therapist by therapist."""
        return [visit for whose, gone in _by_therapist(rows) for visit in _without_dates(whose, gone)]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The rows, below the way to each therapist's month."""
        therapists = Therapist.objects.order_by("-bookable", "position", "title")
        return super().changelist_view(request, {"therapists": therapists, **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        """The month's address before the admin's own."""
        month = path(
            "month/<int:therapist_id>/",
            self.admin_site.admin_view(self.month_view),
            name="booking_overridehours_month",
        )
        return [month, *super().get_urls()]

    def month_view(self, request: HttpRequest, therapist_id: int) -> HttpResponse:
        """A therapist's month, day by day."""
        return month_page(self, request, therapist_id)

    @admin.display(description="date", ordering="date")
    def on(self, row: OverrideHours) -> str:
        """The date."""
        return when.format_date(row.date)

    @admin.display(description="hours", ordering="start")
    def hours(self, row: OverrideHours) -> str:
        """From when until when."""
        if row.start is None or row.end is None:
            return "no hours"
        return f"{when.format_stretch(row.start, row.end)}{' on top' if row.extra else ''}"
