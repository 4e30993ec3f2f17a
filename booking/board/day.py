"""A day of the clinic: a column for each therapist, or for each room.

Whether a start is free comes from `availability.free_times` alone, asked once for all therapists. What stands behind
a start that is not free only colors it. The number of queries depends neither on the day nor on the clinic.
"""

from dataclasses import dataclass
from datetime import date

from booking import availability, walltime
from booking.board import cards, columns, frame, rules
from booking.board.columns import Column
from booking.board.frame import Frame
from booking.models import Appointment
from flexclinic.lib import clock
from services.models import ServiceOption, Therapist


@dataclass(frozen=True, slots=True)
class Day:
    """A local date. Without a frame: no clock of the clinic's zone ever showed that date."""

    day: date
    option: ServiceOption | None
    columns: list[Column]
    frame: Frame | None
    visits: int
    step: int

    @property
    def appointments(self) -> list[int]:
        """The keys of the appointments that it shows."""
        return columns.shown_in(self.columns)

    @property
    def height(self) -> str:
        """How high the columns are, as classes."""
        return frame.classes(0, self.frame.minutes) if self.frame else ""


def of_therapists(day: date, *, option: ServiceOption | None, only: Therapist | None = None) -> Day:
    """A column for each therapist or for one, with the free starts of an option (None: none). Six queries."""
    read = _read(day, option, only)
    if read is None:
        return Day(day, option, [], None, 0, 0)
    visits, rule, shape, wishes = read
    free: dict[str, set[int]] = {}
    if option:
        for instant, slugs in availability.free_times(option=option, first_date=day, days=1).starts:
            for slug in slugs:
                free.setdefault(slug, set()).add(instant)
    of = columns.grouped(visits, lambda visit: visit.therapist_id)
    made = []
    for person in rule.therapists:
        if only and person.pk != only.pk:
            continue
        own, hours = of.get(person.pk, []), rule.hours(person.pk, day)
        items = columns.fill(
            shape,
            cards=cards.in_column(own, shape, wishes),
            hours=hours,
            grounds=[*rule.against(person.pk), *columns.kept_free(own)],
            free=free.get(person.slug, ()),
            step=rule.step,
        )
        notes = [columns.in_words(hours)]
        if option and not person.gives:
            notes.append("Does not give this option")
        made.append(Column(f"t{person.pk}", day, person.name, notes, shape, items, person.slug))
    return Day(day, option, made, shape, len(visits), rule.step)


def of_rooms(day: date, *, option: ServiceOption | None) -> Day:
    """A column for each room, and one for visits that need none. No free times: those are a therapist’s."""
    read = _read(day, option)
    if read is None:
        return Day(day, option, [], None, 0, 0)
    visits, rule, shape, wishes = read
    of = columns.grouped(visits, lambda visit: visit.room_id)
    places: list[tuple[int | None, str]] = [*rule.rooms]
    if None in of:
        places.append((None, "No room"))
    whole_day = [(0, 24 * frame.HOUR)]
    made = [
        Column(
            f"r{pk or 0}",
            day,
            name,
            [],
            shape,
            columns.fill(
                shape,
                cards=cards.in_column(of.get(pk, []), shape, wishes),
                hours=whole_day,
                grounds=[*rule.closed, *(columns.kept_free(of.get(pk, [])) if pk else [])],
                free=(),
                step=rule.step,
            ),
        )
        for pk, name in places
    ]
    return Day(day, option, made, shape, len(visits), rule.step)


def _read(
    day: date, option: ServiceOption | None, only: Therapist | None = None
) -> tuple[list[Appointment], rules.Rules, Frame, dict[int, str]] | None:
    """What both need; None for a date that never was. Three queries."""
    [local] = walltime.local_days(clock.clinic_zone(), day, 1)
    if not local.segments:
        return None
    low, high = frame.bounds([local])
    visits = cards.appointments(low, high, therapist=only.pk if only else None)
    rule = rules.read(
        first=day,
        last=day,
        low=low,
        high=high,
        present={visit.therapist_id for visit in visits} | ({only.pk} if only else set()),
        rooms={visit.room_id for visit in visits if visit.room_id},
        option=option.pk if option else None,
    )
    shown = frame.shown_hours(
        day,
        (rule.hours(one.pk, day) for one in rule.therapists if only is None or one.pk == only.pk),
        ((visit.starts_at, visit.ends_at) for visit in visits),
    )
    return visits, rule, frame.make(local, shown, step=rule.step), cards.wishes_of(visits)
