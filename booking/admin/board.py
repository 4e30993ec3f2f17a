"""/admin/board/: a day of everybody, a week of one therapist, a month in counts; and what keeps it up to date."""

import re
from urllib.parse import quote

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from booking import availability, looks, sight
from booking.admin import addresses
from booking.admin.board_choice import DAY, MONTH, WEEK, Choice
from booking.board import day, month, stamp, week
from booking.board.frame import as_moment
from flexclinic.lib import clock, when
from services.models import Room, ServiceOption, Therapist


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What was chosen. What cannot be read is said, and today or the first option shown in its place."""
    choice = _choice(request)
    everybody = choice.only is None
    context = {
        **admin.site.each_context(request),
        "subtitle": None,
        "form": choice,
        "shows": choice.shows,
        "rooms": choice.rooms,
        # Before anything else is read: a change from now on is a change of what is shown.
        "stamp": _stamp(choice),
        "query": choice.query(),
        "narrowed": quote(choice.query(), safe=""),  # the same within an address
        "option": choice.chosen_option,
        "everybody": everybody,
        "may_book": everybody and request.user.has_perm("booking.add_appointment"),
        "may_act": request.user.has_perm("booking.change_appointment"),
        "zone": str(clock.clinic_zone()),
        "today": clock.today(),
        "turns": _turns(choice),
        "views": _views(choice),
    }
    shown: day.Day | week.Week | None = None
    if choice.shows == MONTH:
        context |= {"board": month.of(choice.day, only=choice.only), "title": f"{choice.day:%B %Y}"}
    elif choice.shows == WEEK and (therapist := choice.chosen_therapist):
        shown = week.of(choice.day, therapist=therapist, option=choice.chosen_option)
        context |= {"board": shown, "title": f"{therapist.name}, week of {when.format_date(shown.first)}"}
    elif choice.shows == DAY:
        shown = (
            day.of_rooms(choice.day, option=choice.chosen_option)
            if choice.rooms
            else day.of_therapists(choice.day, option=choice.chosen_option, only=choice.only)
        )
        context |= {"board": shown, "title": when.format_date(choice.day)}
    else:
        context["title"] = "Week"
    if shown:
        looks.record(request, appointments=shown.appointments)
    return render(request, "admin/booking/board.html", context)


@require_safe
def changed(request: HttpRequest) -> HttpResponse:
    """The stamp of what is shown: plain text, for the script that asks each second."""
    response = HttpResponse(_stamp(_choice(request)), content_type="text/plain")
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def start(request: HttpRequest, instant: int, who: str, option: int) -> HttpResponse:
    """A time on the board was pressed: book it where it is free now, or say why it is not."""
    if _choice(request).only:
        raise PermissionDenied  # why a time is not free names other people's visits
    found = re.fullmatch(r"([tr])([0-9]{1,15})", who)
    if not found or instant > 253_000_000_000:
        raise Http404
    what = get_object_or_404(ServiceOption.objects.named(), pk=option)
    at = as_moment(instant)
    may_book = request.user.has_perm("booking.add_appointment")
    if found[1] == "r":
        room = Room.objects.filter(pk=int(found[2])).first()
        if not may_book:
            return redirect(addresses.to_explain(option=what, therapist=None, start=at))
        return redirect(addresses.to_book(option=what, therapist=None, start=at, room=room))
    therapist = get_object_or_404(Therapist, pk=int(found[2]))
    free = not availability.explain(option=what, therapist=therapist, start=at)
    to = addresses.to_book if free and may_book else addresses.to_explain
    return redirect(to(option=what, therapist=therapist, start=at))


def _choice(request: HttpRequest) -> Choice:
    """What is to be shown, of everybody or only of the therapist who asks. Raises PermissionDenied."""
    if not request.user.has_perm("booking.view_appointment"):
        raise PermissionDenied
    only = None
    if not sight.sees_everybody(request.user):
        only = sight.only_therapist(request.user)
        if only is None:
            raise PermissionDenied  # no therapist, and so without a diary of their own
    return Choice(request.GET.dict(), only=only)


def _stamp(choice: Choice) -> str:
    first, last = choice.dates()
    low, high = choice.period()
    return stamp.of(first=first, last=last, low=low, high=high)


def _address(query: str) -> str:
    return f"{reverse('admin:board')}?{query}"


def _turns(choice: Choice) -> list[tuple[str, str, str]]:
    """Previous, today and next: words, address, and the key that does the same."""
    return [
        (f"Previous {choice.shows}", _address(choice.query(date=choice.turned(-1).isoformat())), "k"),
        ("Today", _address(choice.query(date="")), "t"),
        (f"Next {choice.shows}", _address(choice.query(date=choice.turned(1).isoformat())), "j"),
    ]


def _views(choice: Choice) -> list[tuple[str, str, str, bool]]:
    """The ways to see the same date: words, address, key, and whether it is shown."""
    is_day = choice.shows == DAY
    views = [
        ("Day", _address(choice.query(view="", by="", therapist="")), "d", is_day and not choice.rooms),
        ("Rooms", _address(choice.query(view="", by="room", therapist="")), "r", choice.rooms),
        ("Week", _address(choice.query(view="week", by="")), "w", choice.shows == WEEK),
        ("Month", _address(choice.query(view="month", by="", therapist="")), "m", choice.shows == MONTH),
    ]
    return [view for view in views if choice.only is None or view[0] != "Rooms"]
