"""Places on the waiting list, made for a test without `booking.waitlist`: no messages, nothing woken up."""

import itertools
from datetime import timedelta
from typing import Any

from booking.models import Appointment, WaitingPlace
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist

_numbers = itertools.count(1)


def make_place(
    *,
    option: ServiceOption | None = None,
    appointment: Appointment | None = None,
    therapists: list[Therapist] | None = None,
    **fields: Any,
) -> WaitingPlace:
    """Anything in the next 60 days suits. Each is somebody else, who joined after those before."""
    number = next(_numbers)
    given = option or (appointment.option if appointment else None)
    assert given
    who = {
        "name": f"Waiting {number}",
        "email": f"waiting-{number}@example.test",
        "phone": f"2125551{number:04}",
    }
    place = WaitingPlace.objects.create(
        **{
            "option": given,
            "appointment": appointment,
            "from_date": clock.today(),
            "until_date": clock.today() + timedelta(days=60),
            "joined_at": clock.now() + timedelta(microseconds=number),
            **({} if appointment else who),
            **fields,
        }
    )
    place.therapists.set(therapists or [])
    return place
