"""Visits that belong together: planned first, with what is in the way, then booked all or none.

The visits keep the time on the clinic's wall: 10 in the morning stays that when the clocks change in between. The
desk is not bound by the website's notice, horizon and step, so a plan does not ask for them; nor is it bound by hours
and closures, but there it is asked whether it is meant.
"""

import copy
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.db import connection

from booking import availability, lifecycle, notifications, walltime, why
from booking.enums import BLOCKING, NotificationKind
from booking.exceptions import TherapistNotOfferedError, TimeJustGoneError, VisitJustGoneError
from booking.models import Appointment
from booking.question import ReasonCode
from flexclinic.lib import clock, when
from services.models import Room, ServiceOption, Therapist

FEWEST_VISITS, MOST_VISITS = 2, 26
MOST_WEEKS = 8

#: So many other times are offered in place of one that is taken.
_ALTERNATIVES = 5
#: What only the website keeps to.
_WEBSITE_ONLY = frozenset({ReasonCode.OFF_GRID, ReasonCode.LEAD_TIME, ReasonCode.HORIZON, ReasonCode.GAP})
#: What not even the desk can do.
_IMPOSSIBLE = frozenset(
    {
        ReasonCode.BUSY,
        ReasonCode.BUFFER,
        ReasonCode.NO_ROOM,
        ReasonCode.UNKNOWN_THERAPIST,
        ReasonCode.MISSING_HOUR,
    }
)
_SKIPPED = "The clocks go forward that night and skip this time: it does not exist."


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVisit:
    """One visit as it is wanted, what is in its way, and what would do instead.

    `wall` is the time on the clinic's clock, without an offset; `start` the instant, None where the clocks skip it.
    """

    number: int
    wall: datetime
    start: datetime | None
    reasons: tuple[str, ...] = ()
    #: The reasons are such that the desk may put the visit there anyway.
    may_stay: bool = False
    #: Free starts near it, ascending.
    alternatives: tuple[datetime, ...] = ()

    @property
    def free(self) -> bool:
        """Nothing is in the way."""
        return self.start is not None and not self.reasons


def plan(
    *,
    option: ServiceOption,
    therapist: Therapist,
    first_start: datetime,
    visits: int,
    every_weeks: int,
    room: Room | None = None,
    chosen: Mapping[int, datetime] | None = None,
    now: datetime | None = None,
) -> list[PlannedVisit]:
    """Look at each visit of a series; writes nothing.

    Of a wall time that the clock shows twice the first is meant, but for the first visit, whose instant is given.
    With a `room` the visits are to be in that one. `chosen` are starts that somebody has taken before in place of
    the visits with those numbers: one that is still free is among the alternatives.

    Two queries for each year of the series, one for the room, and about three for each visit that something is in
    the way of. Raises ValueError for numbers outside 2 to 26 visits, 1 to 8 weeks.
    """
    if not (FEWEST_VISITS <= visits <= MOST_VISITS and 1 <= every_weeks <= MOST_WEEKS):
        raise ValueError("2 to 26 visits, every 1 to 8 weeks")
    now = now or clock.now()
    desk_option = _as_the_desk_books(option)
    walls = _walls(first_start, visits, every_weeks)
    reach = timedelta(days=3 if every_weeks == 1 else 6)  # less than half the way to the next visit
    free = _free_starts(
        desk_option, therapist, first=walls[0] - reach, last=walls[-1] + reach, room=room, now=now
    )
    planned = []
    for number, wall in enumerate(walls, 1):
        instants = walltime.instants_of(clock.clinic_zone(), wall)
        start = first_start if number == 1 else _moment(instants[0]) if instants else None
        reasons, may_stay = _in_the_way(desk_option, therapist, room, start, free, now)
        planned.append(
            PlannedVisit(
                number=number,
                wall=wall,
                start=start,
                reasons=reasons,
                may_stay=may_stay,
                alternatives=_near(wall, reach, free, (chosen or {}).get(number)) if reasons else (),
            )
        )
    return planned


def _as_the_desk_books(option: ServiceOption) -> ServiceOption:
    """The option without the website's limits. Never saved."""
    unbound = copy.copy(option)
    unbound.bookable = True
    unbound.lead_minutes = 0
    unbound.horizon_days = 100 * 366
    return unbound


def _walls(first_start: datetime, visits: int, every_weeks: int) -> list[datetime]:
    first = when.in_clinic_zone(first_start).replace(tzinfo=None, fold=0)
    return [first + timedelta(weeks=every_weeks * number) for number in range(visits)]


def _moment(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def _free_starts(
    option: ServiceOption,
    therapist: Therapist,
    *,
    first: datetime,
    last: datetime,
    room: Room | None,
    now: datetime,
) -> dict[datetime, datetime]:
    """The free starts of a span of local dates, with the wall time of each, ascending."""
    found: list[datetime] = []
    begin, days = first.date(), (last - first).days + 1
    while days > 0:
        window = min(days, availability.LONGEST_WINDOW)
        times = availability.free_times(
            option=option, therapist=therapist, first_date=begin, days=window, now=now
        )
        found += [_moment(instant) for instant, _ in times.starts]
        begin, days = begin + timedelta(days=window), days - window
    if room and found:
        taken = _visits_in(room, _occupied(option, found[0])[0], _occupied(option, found[-1])[1])
        found = [start for start in found if not _overlapping(taken, *_occupied(option, start))]
    return {start: when.in_clinic_zone(start).replace(tzinfo=None, fold=0) for start in found}


def _occupied(option: ServiceOption, start: datetime) -> tuple[datetime, datetime]:
    return (
        start - timedelta(minutes=option.buffer_before),
        start + timedelta(minutes=option.minutes + option.buffer_after),
    )


def _visits_in(room: Room, low: datetime, high: datetime) -> list[Appointment]:
    found = Appointment.objects.filter(
        room=room, status__in=BLOCKING, occupied_from__lt=high, occupied_until__gt=low
    )
    return list(found.order_by("occupied_from"))


def _overlapping(taken: Iterable[Appointment], low: datetime, high: datetime) -> list[Appointment]:
    return [each for each in taken if each.occupied_from < high and each.occupied_until > low]


def _in_the_way(
    option: ServiceOption,
    therapist: Therapist,
    room: Room | None,
    start: datetime | None,
    free: Mapping[datetime, datetime],
    now: datetime,
) -> tuple[tuple[str, ...], bool]:
    """What keeps a visit from its time, as sentences, and whether the desk may put it there all the same."""
    if start is None:
        return (_SKIPPED,), False
    if start in free:
        return (), False
    against = [
        reason
        for reason in availability.explain(option=option, therapist=therapist, start=start, now=now)
        if reason.code not in _WEBSITE_ONLY and not (room and reason.code == ReasonCode.NO_ROOM)
    ]
    asked = why.Asked(option, therapist, start)
    said = [str(why.say(reason, asked)) for reason in against]
    in_room = _visits_in(room, *_occupied(option, start)) if room else []
    for visit in in_room:
        span = f"{when.format_date_time(visit.occupied_from)} to {when.format_time(visit.occupied_until)}"
        said.append(f"{room} is taken: {span} ({visit.reference}).")
    return tuple(said), not in_room and not any(reason.code in _IMPOSSIBLE for reason in against)


def _near(
    wall: datetime, reach: timedelta, free: Mapping[datetime, datetime], chosen: datetime | None
) -> tuple[datetime, ...]:
    """What is free about then: just before and after on that day, then about the same time on the days around it."""
    by_day: defaultdict[int, list[tuple[int, datetime]]] = defaultdict(list)
    midnight = datetime.combine(wall.date(), datetime.min.time())
    wanted = wall.hour * 60 + wall.minute
    for start, its_wall in free.items():
        days, rest = divmod(its_wall - midnight, timedelta(days=1))
        if abs(days) <= reach.days:
            by_day[days].append((rest // timedelta(minutes=1), start))
    same_day = by_day.pop(0, [])
    before = [start for minute, start in same_day if minute < wanted][-1:]
    after = [start for minute, start in same_day if minute >= wanted][:1]
    others = []
    for days, times in by_day.items():
        minute, start = min(times, key=lambda each: abs(each[0] - wanted))
        others.append((abs(minute - wanted), abs(days), start))
    nearest = before + after + [start for *_, start in sorted(others)]
    found = set(nearest[:_ALTERNATIVES])
    if chosen and chosen in free:
        found.add(chosen)
    return tuple(sorted(found))


@lifecycle.one_transaction
def book_series(
    *,
    option: ServiceOption,
    therapist: Therapist,
    room: Room | None,
    starts: Sequence[datetime],
    contact: lifecycle.Contact,
    user: User | None,
    request_key: uuid.UUID,
) -> list[Appointment]:
    """Book every start, or none: each confirmed and with its event, as `lifecycle.book` does it.

    One message, the first visit's, tells of all of them.

    Without a `room` each visit gets the first by name that suits and is free. The same `request_key` again gives the
    visits that the first one booked. Raises VisitJustGoneError, which says which one, and TherapistNotOfferedError.

    The diaries are locked first, in the order that moves lock them in, and the visits go in by time, so that neither
    two series nor a series and a move wait for each other in a circle. A single booking writes one row and waits for
    nothing after it.
    """
    _one_at_a_time(request_key)
    if earlier := members(request_key):
        return earlier
    if not therapist.options.filter(pk=option.pk).exists():
        raise TherapistNotOfferedError
    rooms: list[Room | None] = [room]
    if room is None and option.rooms.exists():
        rooms = list(option.rooms.filter(in_use=True).order_by("name"))
    lifecycle.lock_diaries({therapist.pk}, {each.pk for each in rooms if each})
    booked = [
        _book_one(
            option=option,
            therapist=therapist,
            rooms=rooms,
            start=start,
            contact=contact,
            user=user,
            series=request_key,
            number=number,
        )
        for number, start in enumerate(sorted(set(starts)), 1)
    ]
    kind = NotificationKind.SERIES if len(booked) > 1 else NotificationKind.CONFIRMED
    notifications.tell(appointment=booked[0], kind=kind)
    return booked


def _book_one(
    *,
    option: ServiceOption,
    therapist: Therapist,
    rooms: Sequence[Room | None],
    start: datetime,
    contact: lifecycle.Contact,
    user: User | None,
    series: uuid.UUID,
    number: int,
) -> Appointment:
    """One visit, in the first of the rooms that is free. Raises VisitJustGoneError."""
    for room in rooms:
        try:
            return lifecycle.book(
                option=option,
                therapist=therapist,
                room=room,
                start=start,
                contact=contact,
                user=user,
                request_key=_key(series, number),
                series=series,
                told=None,
            )
        except TimeJustGoneError:
            continue  # another room may be free
    text = f"{when.format_date_time(start)} has just gone. Nothing was booked."
    raise VisitJustGoneError(text, start=start)


def _one_at_a_time(series: uuid.UUID) -> None:
    """The same form, sent twice at once, waits for itself. Taken before all other locks, and only here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(series.bytes[:8], "big", signed=True)]
        )


def _key(series: uuid.UUID, number: int) -> uuid.UUID:
    """The request key of a series' visit."""
    return uuid.uuid5(series, str(number))


def members(series: uuid.UUID) -> list[Appointment]:
    """The visits that were booked together, by time, whatever has become of them."""
    keys = [_key(series, number) for number in range(1, MOST_VISITS + 1)]
    found = Appointment.objects.filter(request_key__in=keys).select_related(
        "option__service", "therapist", "room"
    )
    return list(found.order_by("starts_at"))
