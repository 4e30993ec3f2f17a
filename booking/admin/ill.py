"""/admin/ill/: a therapist cannot come. Who and when; then each visit that is met, with what could be instead."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from booking import absences, lifecycle, proposals, sight
from booking.absences import Choice, Instead, Met, Stands
from booking.admin import own, wording
from booking.admin.asked_to_choose import Asked, as_asked
from booking.admin.inbox import each_by_itself
from booking.admin.periods import PeriodForm
from booking.admin.propose import read_times
from booking.models import Absence, Appointment, TimeOff
from booking.proposals import Time
from flexclinic.lib import clock, when
from services.models import Therapist

#: What can be done with a visit as it stands.
_OPEN_QUESTIONS = (Stands.TO_DO, Stands.ASKED, Stands.NO_ANSWER, Stands.NONE)
_TONES = {
    Stands.TO_DO: "bad",
    Stands.ASKED: "wait",
    Stands.NO_ANSWER: "bad",
    Stands.NONE: "bad",
    Stands.MOVED: "good",
    Stands.CHOSEN: "good",
    Stands.CALLED_OFF: "over",
    Stands.OVER: "over",
}
_SHOWN = 10


class AbsenceForm(PeriodForm):
    """Who cannot come, and from when until when. The visits come on the next page, so nothing is asked first."""

    asks_first = False

    class Meta:
        model = TimeOff
        fields = ("therapist",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["anyway"]
        self.fields["therapist"].error_messages["required"] = "Choose who cannot come."


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """One thing that can be done with a visit."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A visit that is met, as the page shows it."""

    met: Met
    was: str
    now: str
    tone: str
    words: str
    asked: Asked | None
    radios: list[Radio]
    #: The times that "let them choose" sends.
    proposed: list[Time]
    undo_until: Any

    @property
    def value(self) -> str:
        """As a button for several sends it."""
        return f"{self.met.appointment.pk}.{self.met.appointment.version}"


def _may(request: HttpRequest) -> None:
    user = request.user
    if not (
        user.has_perm("booking.change_appointment")
        and user.has_perm("booking.add_timeoff")
        and sight.sees_everybody(user)
    ):
        raise PermissionDenied


def start(request: HttpRequest) -> HttpResponse:
    """GET asks who and when; POST closes these hours and goes on to the visits."""
    _may(request)
    if request.method == "POST":
        form = AbsenceForm(request.POST)
        if form.is_valid():
            absence = absences.note(
                therapist=form.cleaned_data["therapist"],
                period=form.instance.period,
                user=cast(User, request.user),
            )
            messages.success(
                request,
                f"{absence.therapist}’s hours are closed then: nobody can book into them. No visit was changed yet.",
            )
            return redirect("admin:ill_visits", absence.pk)
    else:
        form = AbsenceForm(initial=_from_address(request))
    return render(
        request,
        "admin/booking/ill.html",
        {
            **admin.site.each_context(request),
            "title": "A therapist is ill",
            "subtitle": None,
            "form": form,
            "recent": [
                (each, _period(each), len(each.visits.all())) for each in absences.recent(most=_SHOWN)
            ],
        },
        status=422 if form.is_bound else 200,
    )


def _from_address(request: HttpRequest) -> dict[str, Any]:
    """What the page was opened with, as from a column of the board: a therapist by slug, and a date."""
    today = clock.today().isoformat()
    slug, day = request.GET.get("therapist", ""), request.GET.get("date", "")
    therapist = Therapist.objects.filter(slug=slug).first() if "\0" not in slug else None
    known = day if len(day) == len(today) and "\0" not in day else today
    return {"therapist": therapist, "from_date": known, "until_date": known}


def visits(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows each visit that is met and how it stands; POST does what was picked with each, one by one."""
    _may(request)
    absence = get_object_or_404(Absence.objects.select_related("therapist", "time_off"), pk=pk)
    if request.method == "POST":
        _do(request, absence)
        number = request.POST.get("page", "")
        known = number.isascii() and number.isdecimal() and len(number) < 6 and int(number) > 1
        return redirect(reverse("admin:ill_visits", args=[pk]) + (f"?page={number}" if known else ""))
    found = absences.met(absence)
    to_do = [each for each in found if each.stands in _OPEN_QUESTIONS]
    page = Paginator(to_do, absences.PAGE).get_page(request.GET.get("page"))
    free = absences.instead([each.appointment for each in page.object_list])
    undoable = lifecycle.undoable([each.appointment for each in found])
    own.record(request, [each.appointment for each in found])
    rows = _rows(page, free, undoable)
    done = [_row(each, None, undoable, set()) for each in found if each.stands not in _OPEN_QUESTIONS]
    return render(
        request,
        "admin/booking/ill_visits.html",
        {
            **admin.site.each_context(request),
            "title": f"{absence.therapist} cannot come",
            "subtitle": None,
            "absence": absence,
            "period": _period(absence),
            "page": page,
            "rows": rows,
            "done": done,
            "call": [_row(each, None, undoable, set()) for each in found if each.call],
            "undo": [row for row in [*rows, *done] if row.undo_until],
            "counts": [
                (words, len([each for each in found if each.stands in kinds]))
                for words, kinds in (
                    ("to do", (Stands.TO_DO,)),
                    ("asked to choose", (Stands.ASKED,)),
                    ("to call", ()),
                    ("moved", (Stands.MOVED, Stands.CHOSEN)),
                    ("called off", (Stands.CALLED_OFF,)),
                )
                if kinds
            ],
        },
    )


def _rows(page: Page[Met], free: dict[int, Instead], undoable: dict[int, Any]) -> list[Row]:
    taken: set[str] = set()
    return [_row(each, free.get(each.appointment.pk), undoable, taken) for each in page.object_list]


def _row(met: Met, free: Instead | None, undoable: dict[int, Any], taken: set[str]) -> Row:
    """A row; `taken` are the times that a row before it has picked, so that no two are sent to the same one."""
    appointment = met.appointment
    radios: list[Radio] = []
    proposed: list[Time] = []
    if free is not None:
        left = [time for time in free.all if time.value not in taken]
        proposed = left[: proposals.MOST_TIMES]
        radios = _radios(met, free, proposed, taken)
    asked = as_asked(met.proposal) if met.proposal else None
    return Row(
        met=met,
        was=f"{wording.day(met.was.lower)}, {when.format_range(met.was.lower, met.was.upper)}",
        now=f"{wording.visit(appointment)} with {appointment.therapist}",
        tone=_TONES[met.stands],
        words=asked.words if asked else _words(met),
        asked=asked,
        radios=radios,
        proposed=proposed,
        undo_until=undoable.get(appointment.pk),
    )


def _words(met: Met) -> str:
    match met.stands:
        case Stands.TO_DO:
            return "Nothing done yet"
        case Stands.MOVED:
            return "Moved"
        case Stands.CHOSEN:
            return "They chose a time"
    return str(met.appointment.get_status_display())


def _radios(met: Met, free: Instead, proposed: list[Time], taken: set[str]) -> list[Radio]:
    """What can be done: its own time with somebody else is picked already, where nothing was done yet."""
    best = next((time for time in free.same_time if time.value not in taken), None)
    picked = f"move.{best.value}" if best and met.stands == Stands.TO_DO else "leave"
    if best and picked != "leave":
        taken.add(best.value)
    groups = [
        ("Same time, ", free.same_time),
        ("", free.with_therapist),
        ("", free.with_anyone),
    ]
    seen: set[str] = set()
    radios = []
    for before, times in groups:
        for time in times:
            if time.value in seen:
                continue
            seen.add(time.value)
            at = f"{wording.day(time.start)} at {when.format_time(time.start)}, "
            label = f"{before or at}with {time.therapist}"
            radios.append((f"move.{time.value}", f"Move: {label}"))
    if met.appointment.email and proposed:
        radios.append(("ask", f"Let them choose by link: {_listed(proposed)}"))
    radios.append(("cancel", "Decline it" if met.appointment.status == "requested" else "Cancel it"))
    radios.append(("leave", "Leave it as it is"))
    return [Radio(value=value, label=label, chosen=value == picked) for value, label in radios]


def _listed(times: list[Time]) -> str:
    return wording.listed(
        [f"{wording.day(one.start)} at {when.format_time(one.start)} with {one.therapist}" for one in times]
    )


def _do(request: HttpRequest, absence: Absence) -> None:
    """What was picked with each visit that the form shows; whoever was refused is named, and the others go on."""
    user = cast(User, request.user)
    seen: dict[int, tuple[int, str, list[Time]]] = {}
    for name, version in list(request.POST.items())[:400]:
        number = name.removeprefix("version-")
        if name == number or not number.isdecimal() or not str(version).isdecimal() or len(str(version)) > 9:
            continue
        picked = request.POST.get(f"do-{number}", "leave")
        if picked != "leave" and len(number) < 15:
            proposed = read_times(request.POST.getlist(f"propose-{number}"))
            seen[int(number)] = (int(str(version)), picked, proposed)
    absences.keep_up(absence)
    found = (
        Appointment.objects.filter(pk__in=seen)
        .select_related("option", "therapist")
        .order_by("starts_at", "pk")
    )

    def run(visit: Appointment, version: int) -> Appointment:
        _, picked, proposed = seen[visit.pk]
        what, _, where = picked.partition(".")
        to = read_times([where])
        return absences.look_after(
            visit=visit,
            choice=Choice(what) if what in set(Choice) else Choice.LEAVE,
            user=user,
            version=version,
            to=to[0] if to else None,
            proposed=proposed,
            answer_within=timedelta(hours=24),
        )

    done = each_by_itself(
        request, [(visit, seen[visit.pk][0]) for visit in found], run, said="was left as it is"
    )
    if done:
        until = lifecycle.undoable_until(done[-1])
        later = f" Messages go out at {when.format_time(until)}." if until else ""
        were = "1 visit was" if len(done) == 1 else f"{len(done)} visits were"
        messages.success(request, f"{were} changed.{later} Until then you can undo it here.")
    elif not seen:
        messages.warning(request, "Nothing was picked, so nothing was changed.")


def _period(absence: Absence) -> str:
    low, high = absence.period.lower, absence.period.upper
    last = high - timedelta(seconds=1)
    whole = (
        when.in_clinic_zone(low).time()
        == when.in_clinic_zone(high).time()
        == when.in_clinic_zone(low).min.time()
    )
    if whole:
        first_day, last_day = wording.day(low), wording.day(last)
        return first_day if first_day == last_day else f"{first_day} to {last_day}"
    if when.in_clinic_zone(low).date() == when.in_clinic_zone(last).date():
        return f"{wording.day(low)}, {when.format_range(low, high)}"
    return f"{wording.day(low)}, {when.format_time(low)} to {wording.day(last)}, {when.format_time(high)}"
