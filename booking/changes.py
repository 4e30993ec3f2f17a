"""What patients may change by themselves, and until when. The rule alone: `booking.lifecycle` holds everybody to it."""

import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from booking.enums import AppointmentStatus
from booking.exceptions import NotPossibleNowError, TooLateToChangeError
from booking.models import Appointment, ClinicPolicy
from booking.transitions import TRANSITIONS, Action
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist

#: What the cut-off is about. An offer is not agreed yet: it may be turned down at any time.
_AGREED = (AppointmentStatus.REQUESTED, AppointmentStatus.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What the patient may do with a visit now.

    `until` is the moment at which moving and cancelling by oneself is over, in UTC; it is not part of the time before
    it, and `hours` before the visit. `too_late` says that the visit could still be changed, but only by the desk.
    """

    until: datetime
    hours: int
    move: bool
    cancel: bool
    too_late: bool


def until(start: datetime, *, policy: ClinicPolicy) -> datetime:
    """When changing a visit that begins at `start` is over: so many elapsed hours before it, in UTC."""
    return start.astimezone(UTC) - timedelta(hours=policy.change_hours)


def of(appointment: Appointment) -> Changes:
    """What the patient may do with an appointment now, as far as its row here is the newest."""
    policy = ClinicPolicy.in_force()
    end = until(appointment.starts_at, policy=policy)
    agreed = appointment.status in _AGREED
    in_time = agreed and clock.now() < end
    return Changes(
        until=end,
        hours=policy.change_hours,
        move=in_time and appointment.status in TRANSITIONS[Action.MOVE].sources,
        cancel=in_time and appointment.status in TRANSITIONS[Action.CANCEL].sources,
        too_late=agreed and not in_time,
    )


def refuse_if_too_late(appointment: Appointment) -> None:
    """Raise TooLateToChangeError where a patient may not change the visit any more, whatever the page showed."""
    if of(appointment).too_late:
        raise TooLateToChangeError


def refuse(appointment: Appointment, action: Action) -> None:
    """Raise what `booking.lifecycle` would raise, so that a page can say so before somebody decides.

    TooLateToChangeError, or NotPossibleNowError where the visit's state does not allow the action.
    """
    if appointment.status not in TRANSITIONS[action].sources:
        raise NotPossibleNowError
    refuse_if_too_late(appointment)


def is_at(appointment: Appointment, *, start: datetime, therapist: Therapist | None) -> bool:
    """Whether a visit that is to come stands at this start already, with this therapist or (None) with anyone."""
    with_them = therapist is None or therapist.pk == appointment.therapist_id
    return appointment.status in _AGREED and appointment.starts_at == start and with_them


def option_as_agreed(appointment: Appointment) -> ServiceOption:
    """The appointment's option with the length that was agreed, for looking for another time.

    Buffers, notice, rooms and hours are the option's of today: on the website they hold for everybody.
    """
    option = copy.copy(appointment.option)
    option.minutes = int((appointment.ends_at - appointment.starts_at).total_seconds()) // 60
    return option
