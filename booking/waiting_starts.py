"""Which free times suit somebody who waits."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from booking import availability
from booking.day_parts import DayPart, part_of
from booking.models import WaitingPlace
from flexclinic.lib import clock, when
from services.models import ServiceOption


@dataclass(frozen=True, slots=True)
class Start:
    """A free start, with what is asked of it for every place."""

    moment: datetime
    day: date
    part: DayPart
    slugs: tuple[str, ...]


def free_starts(option: ServiceOption, *, not_before: datetime) -> list[Start]:
    """The free times of an option that leave time for an answer. Two queries."""
    found = availability.free_times(option=option, first_date=clock.today(), days=availability.LONGEST_WINDOW)
    starts = []
    for instant, slugs in found.starts:
        moment = datetime.fromtimestamp(instant, UTC)
        if moment >= not_before:
            wall = when.in_clinic_zone(moment)
            starts.append(Start(moment, wall.date(), part_of(wall.hour), slugs))
    return starts


def suits(place: WaitingPlace, start: Start) -> bool:
    """Whether the start is among what the place waits for."""
    if not place.from_date <= start.day <= place.until_date:
        return False
    if place.weekdays and start.day.weekday() not in place.weekdays:
        return False
    if place.parts and start.part not in place.parts:
        return False
    if place.appointment and start.moment >= place.appointment.starts_at:
        return False
    wanted = {therapist.slug for therapist in place.therapists.all()}
    return not wanted or not wanted.isdisjoint(start.slugs)
