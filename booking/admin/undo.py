"""What the desk did just now, each with a button that undoes it, and the undoing of several at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from booking import sight, undoing
from booking.admin import wording
from booking.admin.acts import ACTS, UNDO
from booking.admin.timeline import why_not
from booking.exceptions import BookingError
from booking.models import Appointment, AppointmentEvent
from booking.transitions import Action

#: So many are shown by themselves.
_SHOWN = 4
#: As many as may be acted on at once.
_MOST = 100
#: What one press did to several was written within moments of each other.
_ONE_PRESS = timedelta(seconds=5)
#: What was done by a form, not by a button.
_CHANGED: dict[str, str] = {
    Action.MOVE: "moved",
    Action.STRETCH: "made longer or shorter",
    Action.PROPOSE: "asked to choose another time",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Something that can be undone: who and when, in words, what was done with it, and until when it can be undone."""

    appointment: Appointment
    visit: str
    done: str
    #: The patient would hear of it.
    tells: bool
    until: datetime
    #: What the button on the appointment's own page says.
    label: str = "Undo"

    @property
    def value(self) -> str:
        """What a button for several sends: the appointment, and the version that was seen."""
        return f"{self.appointment.pk}.{self.appointment.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JustDone:
    """What somebody did last: the newest by themselves, those before them, and all that one press did together."""

    shown: list[Done]
    more: list[Done]
    together: list[Done]


def _done(event: AppointmentEvent) -> Done:
    act = ACTS.get(event.action)
    assert event.undo_until
    return Done(
        appointment=event.appointment,
        visit=wording.visit(event.appointment),
        done=act.done if act else _CHANGED[event.action],
        tells=act.tells if act else True,
        until=event.undo_until,
        label="Undo the move" if event.action == Action.MOVE else "Undo",
    )


def just_done(user: User) -> JustDone | None:
    """What somebody did in the last minutes and can undo; None where there is nothing. One query."""
    events = undoing.just_done(user_id=user.pk, most=_MOST)
    if not events:
        return None
    newest = _at_one_press(events)
    first = (
        _SHOWN if len(events) > _SHOWN + 1 else len(events)
    )  # what hides one takes as much room as that one
    return JustDone(
        shown=[_done(event) for event in events[:first]],
        more=[_done(event) for event in events[first:]],
        together=[_done(event) for event in newest] if len(newest) > 1 else [],
    )


def done_with(appointment: Appointment) -> Done | None:
    """What was done last with an appointment, by whomever, as far as it can be undone."""
    event = undoing.last_act(appointment)
    return _done(event) if event else None


def _at_one_press(events: list[AppointmentEvent]) -> list[AppointmentEvent]:
    """Of events, the newest first, those that belong to the first."""
    found = events[:1]
    for later, event in pairwise(events):
        if event.action != later.action or later.at - event.at > _ONE_PRESS:
            break
        found.append(event)
    return found


def undo_several(
    model_admin: admin.ModelAdmin[Appointment],
    request: HttpRequest,
    back: Callable[[HttpRequest], HttpResponse],
) -> HttpResponse:
    """Undo each of what was sent, by itself; say how many, and of each other one why not. POST only."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    seen = dict(_sent(request.POST.getlist("undo")[:_MOST]))
    count = 0
    for appointment in sight.seen(request.user, Appointment.objects.filter(pk__in=seen)).order_by(
        "starts_at", "pk"
    ):
        try:
            UNDO.run(appointment, cast(User, request.user), seen[appointment.pk])
        except BookingError as error:
            said = why_not(error, appointment, seen=seen[appointment.pk])
            text = f"{appointment.name}, {wording.visit(appointment)}, was not {UNDO.done}: {said}"
            model_admin.message_user(request, text, messages.ERROR)
        else:
            count += 1
    if count:
        were = "appointment was" if count == 1 else "appointments were"
        model_admin.message_user(request, f"{count} {were} put back as before.", messages.SUCCESS)
    return back(request)


def _sent(values: Iterable[str]) -> Iterable[tuple[int, int]]:
    for value in values:
        pk, _, version = value.partition(".")
        if pk.isascii() and pk.isdecimal() and version.isascii() and version.isdecimal() and len(value) < 20:
            yield int(pk), int(version)
