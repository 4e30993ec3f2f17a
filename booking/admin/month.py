"""A therapist's month: the hours that hold on each day, and other hours for those that are ticked."""

import datetime as dt
import hashlib
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from booking import sight, working_hours
from booking.admin import ask_first
from booking.admin.start import FURTHEST
from booking.admin.week import in_words, read_stretches
from booking.fields import MinuteOfDayFormField
from booking.intervals import merge
from booking.models import OverrideHours
from booking.working_hours import DateHours, DayPlan, Rules
from flexclinic.lib import clock, when
from services.models import Therapist

NONE, INSTEAD, ON_TOP, USUAL = "none", "instead", "on-top", "usual"
#: Stretches that the boxes take at once.
_PAIRS = [(f"stretch{number}-from", f"stretch{number}-until") for number in range(3)]


class MonthForm(forms.Form):
    """Days of one month, and what they are to have."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    anyway = ask_first.anyway_field()

    def __init__(self, data: Any = None, *, therapist: Therapist, first: dt.date) -> None:
        self.therapist, self.first = therapist, first
        self.last = first.replace(day=monthrange(first.year, first.month)[1])
        super().__init__(data, initial={"seen": self._stamp()})
        for number, pair in enumerate(_PAIRS):
            for name, words in zip(pair, ("from", "until"), strict=True):
                field = MinuteOfDayFormField(required=False)
                label = f"{('First', 'Second', 'Third')[number]} stretch, {words}"
                field.widget.attrs.update({"aria-label": label, "size": 7, "autocomplete": "off"})
                self.fields[name] = field
        #: The act whose button was pressed before the form asked, so that the answer needs no second choice.
        self.act: str = data.get("act", "") or data.get("asked", "") if data else ""
        self.chosen: list[dt.date] = _dates(data.getlist("day")) if data else []
        self.dates: dict[dt.date, DateHours] = {}
        self.before = self.after = Rules()

    def clean(self) -> dict[str, Any]:
        """Put the hours of the ticked days together; say first which visits would lie outside them."""
        cleaned = super().clean() or self.cleaned_data
        stretches = tuple(read_stretches(self, _PAIRS))
        if self.errors:
            return cleaned
        today = clock.today()
        if not self.chosen or any(not max(self.first, today) <= day <= self.last for day in self.chosen):
            self.add_error(None, ValidationError("Tick the days first, from today on.", code="days"))
        elif self.act not in (NONE, INSTEAD, ON_TOP, USUAL):
            self.add_error(None, ValidationError("Press what these days are to have.", code="act"))
        elif self.act in (INSTEAD, ON_TOP) and not stretches:
            self.add_error(_PAIRS[0][0], ValidationError("Enter the hours first.", code="required"))
        elif cleaned["seen"] != self._stamp():
            words = "Somebody has changed this month in the meantime. Look at it again, and press once more."
            self.add_error(None, ValidationError(words, code="changed"))
            self.data = QueryDict(urlencode({**self.data, "seen": self._stamp()}))
        else:
            self._try(stretches)
        return cleaned

    def _try(self, stretches: tuple[tuple[int, int], ...]) -> None:
        self.before = working_hours.rules_of(self.therapist, first=min(clock.today(), self.first))
        self.dates = {day: _with(self.before.on(day), self.act, stretches) for day in self.chosen}
        self.after = self.before.with_dates(self.dates)
        left = working_hours.left_outside(therapist=self.therapist, before=self.before, after=self.after)
        ask_first.ask(self, left, said="will lie outside the hours")

    def changes(self) -> list[tuple[str, str, str]]:
        """What would change: when, from what, to what."""
        return [
            (when.format_date(day), in_words(self.before.of_date(day)), in_words(self.after.of_date(day)))
            for day in sorted(self.dates)
            if self.before.of_date(day) != self.after.of_date(day)
        ]

    def pairs(self) -> list[tuple[Any, Any, list[str]]]:
        """The boxes of each stretch, and what is wrong with them."""
        return [
            (self[begins], self[ends], [*self[begins].errors, *self[ends].errors]) for begins, ends in _PAIRS
        ]

    def _stamp(self) -> str:
        rows = OverrideHours.objects.filter(
            therapist=self.therapist, date__gte=self.first, date__lte=self.last
        ).order_by("date", "extra", "start", "pk")
        text = repr(list(rows.values_list("date", "start", "end", "extra")))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _with(own: DateHours, act: str, stretches: tuple[tuple[int, int], ...]) -> DateHours:
    """What a date has of its own after an act."""
    match act:
        case "none":
            return DateHours(instead=())
        case "instead":
            return DateHours(instead=stretches)
        case "on-top":
            return DateHours(own.instead, tuple(merge([*own.on_top, *stretches])))
    return working_hours.USUAL


def _dates(values: Iterable[str]) -> list[dt.date]:
    found = set()
    for value in values:
        try:
            found.add(dt.date.fromisoformat(value))
        except ValueError:
            continue
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the month as the page shows it."""

    date: dt.date
    value: str
    name: str
    hours: list[str]
    marks: list[str]
    why: str
    visits: int
    over: bool
    today: bool
    ticked: bool
    gray: bool


def _cell(plan: DayPlan, *, ticked: bool, why: str) -> Cell:
    marks = [f"Closed: {name}" for name in plan.closed]
    marks += [f"Time off: {note}" if note else "Time off" for note in plan.time_off]
    marks += [f"On hold: {note}" if note else "On hold" for note in plan.holds]
    if plan.own.instead is not None:
        marks.append("Other hours" if plan.own.instead else "No hours on this date")
    if plan.own.on_top:
        marks.append("Hours on top")
    today = clock.today()
    return Cell(
        plan.date,
        plan.date.isoformat(),
        when.format_date(plan.date),
        [when.format_range(start, end) for start, end in plan.hours],
        marks,
        why if plan.date >= today else "",
        plan.visits,
        plan.date < today,
        plan.date == today,
        ticked,
        not plan.hours,
    )


def _weeks(form: MonthForm) -> list[list[Cell | None]]:
    """The days in rows from Monday to Sunday; None where the row's day is of another month."""
    therapist = form.therapist
    option = therapist.options.filter(bookable=True).order_by("position", "pk").first()
    asked = {"therapist": therapist.slug, **({"option": option.slug} if option else {})}
    why = reverse("admin:why")
    cells: list[Cell | None] = [None] * form.first.weekday()
    for plan in working_hours.plan(therapist=therapist, first=form.first, days=form.last.day):
        address = f"{why}?{urlencode({**asked, 'date': plan.date.isoformat()})}"
        cells.append(_cell(plan, ticked=plan.date in form.chosen, why=address))
    cells += [None] * (-len(cells) % 7)
    return [cells[at : at + 7] for at in range(0, len(cells), 7)]


def _first_of(text: str) -> dt.date:
    """The first day of a month that is written as 2026-12; of this month for anything else."""
    today = clock.today()
    try:
        first = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return first if abs(first - today) <= FURTHEST else today.replace(day=1)


def address_of(therapist: Therapist, day: dt.date) -> str:
    """The page of the month of a day."""
    page = reverse("admin:booking_overridehours_month", args=[therapist.pk])
    return f"{page}?month={day:%Y-%m}"


def month_page(model_admin: Any, request: HttpRequest, therapist_id: int) -> HttpResponse:
    """Show the month; POST gives the ticked days other hours."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    therapist = sight.seen(request.user, Therapist.objects.filter(pk=therapist_id)).first()
    if therapist is None:
        raise Http404("There is no such therapist.")
    first = _first_of(request.GET.get("month", ""))
    may_change = all(
        check(request)
        for check in (
            model_admin.has_add_permission,
            model_admin.has_change_permission,
            model_admin.has_delete_permission,
        )
    )
    form = MonthForm(therapist=therapist, first=first)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        form = MonthForm(request.POST, therapist=therapist, first=first)
        if form.is_valid():
            working_hours.save_dates(therapist=therapist, dates=form.dates)
            fields = {"name": "other hours", "object": str(therapist), "fields": [str(d) for d in form.dates]}
            model_admin.log_change(request, cast(Any, therapist), [{"changed": fields}])
            count = len(form.dates)
            model_admin.message_user(request, f"{count} day{'s' if count > 1 else ''} of {therapist} saved.")
            return redirect(address_of(therapist, first))
    return render(
        request,
        "admin/booking/overridehours/month.html",
        {
            **admin.site.each_context(request),
            "opts": OverrideHours._meta,
            "title": f"{first:%B} {first.year}: hours of {therapist}",
            "therapist": therapist,
            "therapists": [
                {"name": str(each), "address": address_of(each, first), "here": each == therapist}
                for each in sight.seen(
                    request.user, Therapist.objects.order_by("-bookable", "position", "title")
                )
            ],
            "form": form,
            "asks": ask_first.asks(form),
            "changes": form.changes(),
            "weeks": _weeks(form),
            "weekdays": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
            "earlier": address_of(therapist, first - dt.timedelta(days=1)),
            "later": address_of(therapist, form.last + dt.timedelta(days=1)),
            "this_month": address_of(therapist, clock.today()),
            "may_change": may_change,
        },
    )
