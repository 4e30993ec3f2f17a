"""/admin/numbers/: the clinic's numbers for a period, on a page and as files. Reads only."""

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from booking.admin.start import date_field
from booking.numbers import period, report
from booking.numbers.report import LINES, Report
from flexclinic.lib import clock, spreadsheets
from flexclinic.lib.tables import Kind, Table, Value, written

#: Who may see the numbers. Nothing else asks.
MAY_SEE = "booking.view_numbers"

MOST_DAYS = 731
FURTHEST_YEARS = 10
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

View = Callable[..., HttpResponse]


class PeriodForm(forms.Form):
    """A period by its name, or two dates, which go first. Gives `compared`, once it is valid."""

    period = forms.ChoiceField(
        required=False,
        choices=[(name, preset.name) for name, preset in period.PRESETS.items()],
        error_messages={"invalid_choice": "Choose one of the periods, or enter two dates."},
    )
    start = date_field(label="From", required=False)
    end = date_field(label="To", required=False)

    def __init__(self, data: Mapping[str, str]) -> None:
        super().__init__({name: data.get(name, "") for name in ("period", "from", "to")})
        self.compared: period.Compared | None = None
        self.chosen = ""

    def add_prefix(self, field_name: str) -> str:
        """The boxes' names in the address; "from" is a word of the language's own."""
        return {"start": "from", "end": "to"}.get(field_name, field_name)

    def clean_start(self) -> dt.date | None:
        """A date that is not many years away."""
        return _near(self.cleaned_data["start"])

    def clean_end(self) -> dt.date | None:
        """A date that is not many years away."""
        return _near(self.cleaned_data["end"])

    def clean(self) -> dict[str, Any]:
        """Read the period."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end:
            if end < start:
                self.add_error("end", ValidationError("Enter a date that is not before From.", code="order"))
            elif (end - start).days >= MOST_DAYS:
                self.add_error("end", ValidationError("Enter at most two years.", code="long"))
            else:
                self.compared = period.by_hand(start, end)
        elif start or end:
            self.add_error("end" if start else "start", ValidationError("Enter both dates.", code="both"))
        else:
            self.chosen = cleaned.get("period") or period.USUAL
            self.compared = period.PRESETS[self.chosen].of(clock.today())
            # The boxes show what the name stands for, to go on from there.
            now = self.compared.now
            self.data = {"period": self.chosen, "from": now.first.isoformat(), "to": now.last.isoformat()}
        return cleaned

    @property
    def query(self) -> dict[str, str]:
        """What asks for the valid form's period again."""
        if self.chosen:
            return {"period": self.chosen}
        return {"from": f"{self.cleaned_data['start']}", "to": f"{self.cleaned_data['end']}"}


def _near(day: dt.date | None) -> dt.date | None:
    if day and abs(day.year - clock.today().year) > FURTHEST_YEARS:
        raise ValidationError(f"Enter a date within {FURTHEST_YEARS} years of today.", code="far")
    return day


def _guarded(view: View) -> View:
    """Only for who may see the numbers, and only to read them."""
    only_read = require_safe(view)

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(MAY_SEE):
            raise PermissionDenied
        return only_read(request, *args, **kwargs)

    return guarded


# The page


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as people read it. `heat` is a level from 0 to 5 where colors show it."""

    text: str
    number: bool
    heat: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as the page shows it, and the address of its file."""

    table: Table
    rows: list[list[Cell]]
    csv: str


@dataclass(frozen=True, slots=True)
class Card:
    """A number of the summary."""

    title: str
    now: str
    before: str
    means: str


@_guarded
def show(request: HttpRequest) -> HttpResponse:
    """The page: which period, the summary, and each number as a picture and a table."""
    form = PeriodForm(request.GET)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Numbers",
        "form": form,
        "presets": [(preset.name, f"?period={name}", name) for name, preset in period.PRESETS.items()],
    }
    if form.is_valid() and form.compared:
        context |= _shown(report.of(form.compared), form)
    return render(request, "admin/booking/numbers.html", context)


def _shown(found: Report, form: PeriodForm) -> dict[str, Any]:
    now, before = found.compared
    asked = urlencode(form.query)
    return {
        "report": found,
        "now": now,
        "before": before,
        "not_over": now.last >= clock.today(),
        "zone": str(clock.clinic_zone()),
        "cards": list(_cards(found.summary)),
        "sections": [
            (section, [_as_shown(table, asked) for table in section.tables]) for section in found.sections
        ],
        "summary_csv": _csv_address(found.summary, asked),
        "xlsx": f"{reverse('admin:numbers_xlsx')}?{asked}",
    }


def _cards(summary: Table) -> Iterator[Card]:
    for number, (line, row) in enumerate(zip(LINES, summary.rows, strict=True)):
        now, before = (
            _in_words(value, kind) for value, kind in [*zip(row, summary.kinds(number), strict=True)][2:]
        )
        yield Card(line.title, now, before, line.means)


def _in_words(value: Value, kind: Kind) -> str:
    text = written(value, kind)
    if kind == Kind.DAYS and value is not None:
        return f"{text} day" if text == "1" else f"{text} days"
    return text


def _as_shown(table: Table, asked: str) -> Shown:
    rows = [
        [
            Cell(
                written(value, kind),
                kind not in {Kind.TEXT, Kind.DATE},
                _heat(value) if table.heat and place else None,
            )
            for place, (value, kind) in enumerate(zip(row, table.kinds(number), strict=True))
        ]
        for number, row in enumerate(table.rows)
    ]
    return Shown(table, rows, _csv_address(table, asked))


def _heat(value: Value) -> int | None:
    """From 0 (nothing) to 5 (over 80%); None where there is no share."""
    if not isinstance(value, float):
        return None
    return 0 if value == 0 else min(5, 1 + int(value * 5 - 1e-9))


# Files


@_guarded
def workbook(request: HttpRequest) -> HttpResponse:
    """Every table of the period, and what each means, as one XLSX file."""
    form = PeriodForm(request.GET)
    if not form.is_valid() or not form.compared:
        return _ask_again(request)
    found = report.of(form.compared)
    content = spreadsheets.as_xlsx(about=report.about(found), tables=found.tables())
    return _file(content, _XLSX, f"{_file_name(form.compared.now)}.xlsx")


@_guarded
def one_table(request: HttpRequest, key: str) -> HttpResponse:
    """One table of the period as CSV."""
    form = PeriodForm(request.GET)
    if not form.is_valid() or not form.compared:
        return _ask_again(request)
    table = next((table for table in report.of(form.compared).tables() if table.key == key), None)
    if table is None:
        raise Http404
    content = spreadsheets.as_csv(table)
    return _file(content, "text/csv; charset=utf-8", f"{_file_name(form.compared.now, key)}.csv")


def _ask_again(request: HttpRequest) -> HttpResponse:
    """The page says what is wrong with the dates; a file cannot."""
    return redirect(f"{reverse('admin:numbers')}?{request.GET.urlencode()}")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _file_name(asked: period.Period, key: str = "") -> str:
    """As in numbers-by-room-2026-11-01-to-2026-11-30."""
    return "-".join(["numbers", *([key] if key else []), f"{asked.first}-to-{asked.last}"])


def _csv_address(table: Table, asked: str) -> str:
    return f"{reverse('admin:numbers_csv', args=[table.key])}?{asked}"
