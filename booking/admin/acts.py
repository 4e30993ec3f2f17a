"""What the desk does with an appointment by one button: the words, and the function of `lifecycle` that does it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User

from booking import lifecycle, waitlist
from booking.enums import Actor, AppointmentStatus
from booking.exceptions import NotPossibleNowError
from booking.models import Appointment
from booking.transitions import Action, allowed_actions
from flexclinic.lib import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One button. `run` takes the appointment, who pressed it, and the version that they had seen."""

    action: Action
    label: str
    done: str
    run: Callable[[Appointment, User, int | None], Appointment]
    #: The patient gets an email: once it cannot be undone any more, where it can be undone at all.
    tells: bool = False
    #: Not to be pressed by mistake: it ends the appointment.
    ends: bool = False


ACTS: dict[str, Act] = {
    act.action.value: act
    for act in (
        Act(
            action=Action.CONFIRM,
            label="Confirm",
            done="confirmed",
            run=lambda appointment, user, version: lifecycle.confirm(
                appointment=appointment, user=user, version=version
            ),
            tells=True,
        ),
        Act(
            action=Action.DECLINE,
            label="Decline",
            done="declined",
            run=lambda appointment, user, version: lifecycle.decline(
                appointment=appointment, user=user, version=version
            ),
            tells=True,
            ends=True,
        ),
        Act(
            action=Action.ACCEPT,
            label="They take it",
            done="confirmed for them",
            run=lambda appointment, user, version: waitlist.accept(
                offer=waitlist.offer_of(appointment), actor=Actor.DESK, user=user, version=version
            ),
            tells=True,
        ),
        Act(
            action=Action.REFUSE,
            label="Take the offer back",
            done="taken back",
            run=lambda appointment, user, version: (
                waitlist.pass_on(
                    offer=waitlist.offer_of(appointment), actor=Actor.DESK, user=user, version=version
                ).appointment
            ),
            ends=True,
        ),
        Act(
            action=Action.ARRIVE,
            label="Arrived",
            done="marked as arrived",
            run=lambda appointment, user, version: lifecycle.arrive(
                appointment=appointment, user=user, version=version
            ),
        ),
        Act(
            action=Action.IN_ROOM,
            label="In the room",
            done="marked as in the room",
            run=lambda appointment, user, version: lifecycle.in_room(
                appointment=appointment, user=user, version=version
            ),
        ),
        Act(
            action=Action.COMPLETE,
            label="Done",
            done="marked as completed",
            run=lambda appointment, user, version: lifecycle.complete(
                appointment=appointment, user=user, version=version
            ),
        ),
        Act(
            action=Action.NO_SHOW,
            label="Did not come",
            done="marked as “did not come”",
            run=lambda appointment, user, version: lifecycle.no_show(
                appointment=appointment, user=user, version=version
            ),
            ends=True,
        ),
        Act(
            action=Action.CANCEL,
            label="Cancel",
            done="cancelled",
            run=lambda appointment, user, version: lifecycle.cancel(
                appointment=appointment, actor=Actor.DESK, user=user, version=version
            ),
            tells=True,
            ends=True,
        ),
    )
}


#: It is only there for a few minutes after something was done, so it is in no list of what may be done.
UNDO = Act(
    action=Action.UNDO,
    label="Undo",
    done="put back as it was",
    run=lambda appointment, user, version: lifecycle.undo(
        appointment=appointment, user=user, version=version
    ),
)
#: Every button that an appointment's page may have.
BUTTONS = {**ACTS, UNDO.action.value: UNDO}

#: What is only known once the day of the visit has come.
_ON_THE_DAY = frozenset({Action.ARRIVE, Action.IN_ROOM, Action.COMPLETE, Action.NO_SHOW})
#: What the desk does most with an appointment in a state: the buttons in a row of a list.
_AT_HAND = {
    AppointmentStatus.REQUESTED: (Action.CONFIRM, Action.DECLINE),
    AppointmentStatus.OFFERED: (Action.ACCEPT,),
    AppointmentStatus.CONFIRMED: (Action.ARRIVE, Action.NO_SHOW),
    AppointmentStatus.ARRIVED: (Action.IN_ROOM, Action.COMPLETE),
}


def is_too_early(act: Act, appointment: Appointment) -> bool:
    """Whether this is not known before the day of the visit, on the clinic's calendar."""
    return (
        act.action in _ON_THE_DAY
        and appointment.starts_at.astimezone(clock.clinic_zone()).date() > clock.today()
    )


def do(act: Act, appointment: Appointment, *, user: User, version: int | None) -> Appointment:
    """Do it for who saw this `version`. Raises NotPossibleNowError for what only the day of the visit tells, too."""
    if is_too_early(act, appointment):
        raise NotPossibleNowError("Its day has not come yet.")
    return act.run(appointment, user, version)


def acts_for(appointment: Appointment) -> list[Act]:
    """The buttons that an appointment has now."""
    possible = set(allowed_actions(appointment.status))
    if appointment.in_room_at:
        possible.discard(Action.IN_ROOM)
    return [act for act in ACTS.values() if act.action in possible and not is_too_early(act, appointment)]


def acts_at_hand(appointment: Appointment) -> list[Act]:
    """The few of them that a row of a list has room for."""
    at_hand = _AT_HAND.get(AppointmentStatus(appointment.status), ())
    return [act for act in acts_for(appointment) if act.action in at_hand]
