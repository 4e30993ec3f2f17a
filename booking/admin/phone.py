"""/admin/phone/: a caller found, and booked into one of the next openings, by keyboard alone.

Everything that is typed is sent by POST, searches too, so that no name and no number stands in an address or a log; see
docs/decisions/0029-callers-by-post.md. A search changes nothing. The page's script asks at the same address for a part
of the page (`X-Part`), and gets what the whole page would hold.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from booking import callers, lifecycle, looks, openings, people
from booking.admin import wording
from booking.admin.phone_form import NEW, Clinic, PhoneForm
from booking.admin.start import as_moment
from booking.exceptions import BookingError, TimeJustGoneError
from booking.models import Appointment, Patient
from flexclinic.lib import when
from services.models import Therapist

_CHANGED = "You have changed what to look for. Here are the openings for it; nothing was booked yet."
_NOBODY_NOW = "Nobody is free for this now. Nothing was booked. Here are the next openings."
_THEY_ARE_NOT_FREE_NOW = "{name} is not free for this now. Nothing was booked. Here are the next openings."
_GONE = (
    "That time has just gone: somebody else has booked it. Nothing was booked. Here are the next openings."
)
_NO_LONGER_THERE = "This person is not there any more. Look for them again."


@dataclass(frozen=True, slots=True)
class Offer:
    """An opening as a button: the key that presses it, what it sends, and its words."""

    key: int
    value: str
    day: str
    time: str
    who: str


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The page, from an empty box to what was booked."""
    if not request.user.has_perms(
        ["booking.add_appointment", "booking.view_patient", "booking.see_every_appointment"]
    ):
        raise PermissionDenied
    if request.method != "POST":
        if "who" in request.GET:
            return _picked(request, request.GET["who"])
        booked = _booked(request.GET.get("booked", ""))
        record = people.known(f"p{booked.patient_id}") if booked and booked.patient_id else None
        if booked:
            looks.record(request, appointments=[booked.pk])
        return _page(request, booked=booked, alike=record.alike if record else ())
    if "pick" in request.POST:
        return _picked(request, request.POST["pick"])
    if "take" in request.POST or "now" in request.POST:
        return _take(request)
    if "look" in request.POST:
        return _look(request)
    return _found(request)


def _typed(request: HttpRequest) -> str:
    return str(request.POST.get("q", "")).replace("\0", " ").strip()[:200]


# Who calls


def _found(request: HttpRequest) -> HttpResponse:
    """The people that what was typed may mean."""
    typed = _typed(request)
    found = people.find(typed)
    _looked_at(request, *found)
    context = {"typed": typed, "searched": True, "people": found, "most": people.MOST}
    if request.headers.get("X-Part") == "people":
        return render(request, "admin/booking/_phone_people.html", context)
    return _page(request, **context)


def _picked(request: HttpRequest, key: str) -> HttpResponse:
    """The openings for somebody who was picked, or for somebody new."""
    person = people.known(key)
    typed = _typed(request)
    if person is None and key != NEW:
        return _page(request, typed=typed, problem=_NO_LONGER_THERE)
    if person:
        _looked_at(request, person)
    form = PhoneForm(clinic=Clinic.of_today(), person=person, typed=typed)
    return _booking_page(request, form, typed=typed)


def _looked_at(request: HttpRequest, *shown: people.Person) -> None:
    """Write down who was shown to whom."""
    looks.record(
        request,
        patients=[person.patient_id for person in shown if person.patient_id is not None],
        appointments=[pk for person in shown for pk in person.visits],
    )


# What is free


def _sent(request: HttpRequest, *, to_book: bool = False) -> PhoneForm | None:
    """The form that was sent; None where the person it is about is not there any more.

    Only `to_book` it is not read what their visits say, which a page shows.
    """
    key = request.POST.get("who") or f"p{request.POST.get('patient', '')}"
    person = people.written_down(key) if to_book else people.known(key)
    if key == "p":  # from the page for unusual cases, where nobody had been picked
        key = NEW
    if person is None and key != NEW:
        return None
    clinic = Clinic.of_today()
    data: QueryDict = request.POST
    if missing := [name for name in ("option", "date", "request_key") if not data.get(name)]:
        # Another page of the desk's sends only what was typed there.
        unsent, data = PhoneForm(clinic=clinic, person=person), data.copy()
        for name in missing:
            data[name] = str(unsent[name].value())
    return PhoneForm(data, clinic=clinic, person=person)


def _look(request: HttpRequest) -> HttpResponse:
    """The openings for what was chosen. What is still to be typed is no error yet."""
    form = _sent(request)
    if form is None:
        return _page(request, typed=_typed(request), problem=_NO_LONGER_THERE)
    form.is_valid()
    for name in ("name", "phone", "email", "request_key"):
        form.errors.pop(name, None)
    if request.headers.get("X-Part") == "openings":
        return render(request, "admin/booking/_phone_openings.html", _openings(request, form))
    return _booking_page(request, form, typed=_typed(request))


def _take(request: HttpRequest) -> HttpResponse:
    """Book an opening, or the present moment for somebody who is here."""
    form = _sent(request, to_book=True)
    typed = _typed(request)
    if form is None:
        # Who had no record has one since the same form was sent before.
        earlier = _sent_before(request.POST.get("request_key", ""))
        return _to_booked(earlier) if earlier else _page(request, typed=typed, problem=_NO_LONGER_THERE)
    if not form.is_valid():
        return _again(request, typed=typed)
    if form.has_changed_since_shown():
        return _again(request, typed=typed, problem=_CHANGED)
    user = cast(User, request.user)
    option, therapist, key = form.chosen_option(), form.chosen_therapist(), form.cleaned_data["request_key"]
    assert option is not None
    try:
        if "now" in request.POST:
            booked = callers.walk_in(
                caller=form.caller(), option=option, therapist=therapist, user=user, request_key=key
            )
        else:
            start, with_whom = _taken(request.POST["take"], form)
            booked = callers.book(
                caller=form.caller(),
                option=option,
                therapist=with_whom,
                start=start,
                user=user,
                request_key=key,
            )
    except (BookingError, _UnreadableError) as error:
        return _again(request, typed=typed, problem=_said_no(request, form, error))
    if not form.is_of_a_record:
        _log_record(user, booked)
    return _to_booked(booked)


def _again(request: HttpRequest, *, typed: str, problem: str = "") -> HttpResponse:
    """The page with what was sent, the openings as they are now, and what is in the way."""
    form = _sent(request)
    if form is None:
        return _page(request, typed=typed, problem=_NO_LONGER_THERE)
    form.is_valid()
    return _booking_page(request, form, typed=typed, problem=problem)


def _to_booked(appointment: Appointment) -> HttpResponse:
    """The page that says what was booked, ready for the next caller."""
    return redirect(f"{reverse('admin:phone')}?booked={appointment.pk}")


def _sent_before(key: str) -> Appointment | None:
    try:
        return lifecycle.made_by(uuid.UUID(key))
    except ValueError:
        return None


class _UnreadableError(Exception):
    """What a button sent is no opening."""


def _taken(value: str, form: PhoneForm) -> tuple[dt.datetime, Therapist | None]:
    """The start and the therapist (None: anyone) of the button that was pressed."""
    instant, _, therapist_id = value.partition(".")
    if not (instant.isdecimal() and therapist_id.isdecimal() and len(instant) < 12):
        raise _UnreadableError
    therapist = form.clinic.therapists.get(int(therapist_id[:15]))
    if therapist is None and therapist_id != "0":
        raise _UnreadableError
    return as_moment(int(instant)), therapist


def _said_no(request: HttpRequest, form: PhoneForm, error: Exception) -> str:
    """Why nothing was booked, and what to do."""
    therapist = form.chosen_therapist()
    if "now" in request.POST and isinstance(error, TimeJustGoneError):
        return _THEY_ARE_NOT_FREE_NOW.format(name=therapist.name) if therapist else _NOBODY_NOW
    if isinstance(error, TimeJustGoneError | _UnreadableError):
        return _GONE
    return cast(BookingError, error).message


def _log_record(user: User, booked: Appointment) -> None:
    """Note once who has made a record, as the admin does."""
    noted = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Patient),
        object_id=str(booked.patient_id),
        action_flag=ADDITION,
    )
    if not noted.exists():
        made = Patient.objects.filter(appointments=booked)
        LogEntry.objects.log_actions(user.pk, made, ADDITION, change_message=[{"added": {}}])


# Pages


def _page(request: HttpRequest, **context: Any) -> HttpResponse:
    return render(
        request,
        "admin/booking/phone.html",
        {
            **admin.site.each_context(request),
            "title": "Phone booking",
            "subtitle": None,
            "fewest": people.FEWEST_LETTERS,
            **context,
        },
    )


def _booking_page(request: HttpRequest, form: PhoneForm, *, typed: str, problem: str = "") -> HttpResponse:
    """Who calls, and the openings for them."""
    if wrong := next((name for name in form.errors if name in form.fields), None):
        form.focus_on(wrong)
    return _page(
        request,
        person=form.person,
        who=form.person.key if form.person else NEW,
        typed=typed,
        problem=problem,
        **_openings(request, form),
    )


def _openings(request: HttpRequest, form: PhoneForm) -> dict[str, Any]:
    """The next openings, as buttons with their keys."""
    option, therapist = form.chosen_option(), form.chosen_therapist()
    if option is None:
        return {"form": form, "nothing_to_book": True}
    found = openings.upcoming(option=option, therapist=therapist, first_date=form.chosen_date())
    names = {one.slug: one.name for one in form.clinic.therapists.values()}
    theirs = _offers(found.with_therapist, names, first_key=1, therapist=therapist)
    anyones = _offers(found.with_anyone, names, first_key=4 if therapist else 1, therapist=None)
    first = next(iter([*theirs, *anyones]), None)
    return {
        "form": form,
        "option": option,
        "therapist": therapist,
        "looked_for": form.looked_for(),
        "theirs": theirs,
        "anyones": anyones,
        "first": first,
        "focus_key": first.key if first and _is_complete(form) else None,
        "now": found.now and when.format_time(found.now.start),
        "now_with": found.now and (therapist.name if therapist else _either(found.now.therapists, names)),
    }


def _is_complete(form: PhoneForm) -> bool:
    """Whether nothing has to be typed before something can be booked."""
    return form.is_of_a_record or bool(form["name"].value() and form["phone"].value())


def _offers(
    found: Sequence[openings.Opening], names: dict[str, str], *, first_key: int, therapist: Therapist | None
) -> list[Offer]:
    return [
        Offer(
            key,
            f"{int(opening.start.timestamp())}.{therapist.pk if therapist else 0}",
            wording.day(opening.start),
            when.format_time(opening.start),
            therapist.name if therapist else _either(opening.therapists, names),
        )
        for key, opening in enumerate(found, start=first_key)
    ]


def _either(slugs: Sequence[str], names: dict[str, str]) -> str:
    """ "Ana", "Ana or Ben", "Ana, Ben or 3 others": who is free at a start."""
    who = [names.get(slug, "") for slug in slugs]
    if len(who) > 3:
        who = [*who[:2], f"{len(who) - 2} others"]
    return " or ".join([", ".join(who[:-1]), who[-1]] if len(who) > 1 else who)


def _booked(pk: str) -> Appointment | None:
    """The appointment that was booked just now, for the page that says so."""
    if not (pk.isdecimal() and len(pk) < 16):
        return None
    return (
        Appointment.objects.select_related("option__service", "therapist", "room", "patient")
        .filter(pk=int(pk))
        .first()
    )
