"""Therapists' hours: row by row here; a whole week at a glance in `week`."""

from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxValueValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from booking import sight
from booking.admin.affected import warn_of_visits
from booking.admin.own import OwnRows
from booking.admin.start import check_near, date_field, whole_day
from booking.admin.week import WeekForm
from booking.models import OverrideHours, WeeklyHours
from flexclinic.lib import clock, when
from services.models import Therapist


class WeeklyHoursForm(forms.ModelForm[WeeklyHours]):
    """One stretch of a weekday, with what makes it special."""

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


@admin.register(WeeklyHours)
class WeeklyHoursAdmin(OwnRows[WeeklyHours]):
    """Hours that repeat. The list leads to each therapist's week."""

    form = WeeklyHoursForm
    fields = ("therapist", "weekday", ("start", "end"), "every", ("valid_from", "valid_until"))
    list_display = ("therapist", "weekday", "hours", "repeats", "valid_from", "valid_until")
    list_display_links = ("hours",)
    list_filter = ("therapist", "weekday")
    list_select_related = ("therapist",)
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 100
    empty_value_display = ""

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
        if not self.has_view_permission(request):
            raise PermissionDenied
        therapists = sight.seen(request.user, Therapist.objects.order_by("-bookable", "position", "title"))
        therapist = therapists.filter(pk=therapist_id).first()
        if therapist is None:
            raise Http404("There is no such therapist.")
        copied = False
        if request.method == "POST":
            if not self.may_set_up(request):
                raise PermissionDenied
            copied = "copy" in request.POST
            form = WeekForm(WeekForm.copied(request.POST) if copied else request.POST, therapist=therapist)
            if not copied and form.is_valid() and form.save():
                self.log_change(
                    request,
                    cast(Any, therapist),
                    [{"changed": {"name": "weekly hours", "object": str(therapist), "fields": ["hours"]}}],
                )
                self.message_user(request, f"The weekly hours of {therapist} were saved.")
                return redirect("admin:booking_weeklyhours_week", therapist.pk)
        else:
            form = WeekForm(therapist=therapist)
        others = therapist.weekly_hours.exclude(every=1, valid_from=None, valid_until=None)
        return render(
            request,
            "admin/booking/weeklyhours/week.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": f"Weekly hours of {therapist}",
                "therapist": therapist,
                "therapists": therapists,
                "form": form,
                "copied": copied,
                "may_set_up": self.may_set_up(request),
                "others": [
                    {
                        "row": row,
                        "text": f"{row.get_weekday_display()}, {when.format_stretch(row.start, row.end)}",
                    }
                    for row in others
                ],
            },
        )


class OverrideHoursForm(forms.ModelForm[OverrideHours]):
    """Hours of one date."""

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
        return cleaned

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
class OverrideHoursAdmin(OwnRows[OverrideHours]):
    """Hours of a date in place of the weekly ones, or on top of them."""

    form = OverrideHoursForm
    fields = ("therapist", "date", ("start", "end"), "extra")
    list_display = ("therapist", "on", "hours")
    list_display_links = ("therapist", "on")
    list_filter = (DateFilter, "therapist")
    list_select_related = ("therapist",)
    show_facets = admin.ShowFacets.NEVER
    ordering = ("-date", "start")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and say which visits are booked on that date, unless the hours only come on top."""
        super().save_model(request, obj, form, change)
        if not obj.extra:
            warn_of_visits(request, period=whole_day(obj.date), therapist=obj.therapist)

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
