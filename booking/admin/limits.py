"""What a therapist's day has to keep, and the times at which an option is offered."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from booking.admin.own import OwnRows
from booking.models import OfferedHours, WorkingDay
from flexclinic.lib import when


class WorkingDayForm(forms.ModelForm[WorkingDay]):
    """Most visits, and a break that floats."""

    class Meta:
        model = WorkingDay
        fields = ("therapist", "most_visits", "break_minutes", "break_from", "break_until")

    def clean(self) -> dict[str, Any]:
        """A break is all of its three boxes or none, and fits between its times."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        minutes, start, end = (cleaned.get(name) for name in ("break_minutes", "break_from", "break_until"))
        if (cleaned.get("most_visits"), minutes, start, end) == (None, None, None, None):
            words = "Enter the most visits, or a break. To lift all limits, delete this row."
            self.add_error("most_visits", ValidationError(words, code="required"))
            return cleaned
        missing = {
            "break_minutes": "Enter how many minutes the break has, or leave all three boxes empty.",
            "break_from": "Enter when the break may begin at the earliest.",
            "break_until": "Enter when the break must be over.",
        }
        if any(value is not None for value in (minutes, start, end)):
            for name, words in missing.items():
                if cleaned.get(name) is None:
                    self.add_error(name, ValidationError(words, code="required"))
        if minutes is not None and start is not None and end is not None and start + minutes > end:
            words = (
                f"{minutes} minutes do not fit into {when.format_stretch(start, end)}."
                if start < end
                else ("This must come after the break may begin.")
            )
            self.add_error("break_until", ValidationError(words, code="order"))
        return cleaned


@admin.register(WorkingDay)
class WorkingDayAdmin(OwnRows[WorkingDay]):
    """One row a therapist."""

    form = WorkingDayForm
    fieldsets = (
        (None, {"fields": ("therapist", "most_visits")}),
        (
            "Break",
            {
                "fields": ("break_minutes", ("break_from", "break_until")),
                "description": "The website keeps so many minutes free in one piece somewhere between the two times.",
            },
        ),
    )
    list_display = ("therapist", "most_visits", "pause")
    list_display_links = ("therapist",)
    list_select_related = ("therapist",)
    ordering = ("therapist__position", "therapist__title")
    empty_value_display = ""

    @admin.display(description="break")
    def pause(self, row: WorkingDay) -> str:
        """As in 30 minutes between 11:30am and 2pm."""
        if row.break_minutes is None or row.break_from is None or row.break_until is None:
            return ""
        return f"{row.break_minutes} minutes, {when.format_stretch(row.break_from, row.break_until)}"


class OfferedHoursForm(forms.ModelForm[OfferedHours]):
    """A stretch of a weekday."""

    class Meta:
        model = OfferedHours
        fields = ("option", "weekday", "start", "end")

    def clean(self) -> dict[str, Any]:
        """The hours end after they start, and do not overlap others of the option."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        start, end = cleaned["start"], cleaned["end"]
        if end <= start:
            self.add_error("end", ValidationError("The hours must end after they start.", code="order"))
            return cleaned
        others = OfferedHours.objects.filter(option=cleaned["option"], weekday=cleaned["weekday"])
        for other in others.exclude(pk=self.instance.pk).filter(start__lt=end, end__gt=start):
            words = f"This overlaps {when.format_stretch(other.start, other.end)} on that day."
            self.add_error("start", ValidationError(words, code="overlap"))
        return cleaned


@admin.register(OfferedHours)
class OfferedHoursAdmin(admin.ModelAdmin[OfferedHours]):
    """Options that are not offered in all hours."""

    form = OfferedHoursForm
    fieldsets = (
        (
            None,
            {
                "fields": ("option", "weekday", ("start", "end")),
                "description": "With the first row an option is offered in its rows’ hours only, "
                "and not on days without a row.",
            },
        ),
    )
    list_display = ("option", "weekday", "hours")
    list_display_links = ("option", "weekday")
    list_filter = ("option", "weekday")
    list_select_related = ("option__service",)
    show_facets = admin.ShowFacets.NEVER

    @admin.display(description="hours", ordering="start")
    def hours(self, row: OfferedHours) -> str:
        """From when until when."""
        return when.format_stretch(row.start, row.end)
