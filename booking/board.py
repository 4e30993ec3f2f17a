"""A day of the clinic as a grid: a row for each start of the policy's step, a column for each therapist.

Whether a start is free comes from `availability.free_times` alone, asked once for all therapists. What stands behind
a start that is not free (hours, time off, closures, buffers) only colors it. The number of queries depends neither on
the day nor on the number of therapists.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q

from booking import availability, walltime
from booking.enums import BLOCKING, AppointmentStatus
from booking.intervals import Interval, contains, merge
from booking.models import Appointment, ClinicPolicy, Closure, Hold, OverrideHours, TimeOff, WeeklyHours
from booking.models.appointment import LONGEST_OCCUPIED
from booking.question import WeeklyRule
from booking.walltime import MINUTE, LocalDay
from flexclinic.lib import clock, when
from services.models import ServiceOption, Therapist

#: What the board shows at least, in minutes since midnight, where nobody works.
_OTHERWISE = (9 * 60, 17 * 60)
_HOUR = 60


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies behind the starts of an interval: `kind` for the color, `words` for people."""

    kind: str
    words: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class Start:
    """A start of the grid with one therapist. `words` say what lies behind, at the first start of a run of it."""

    at: datetime
    therapist: Therapist
    free: bool
    ground: str
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment as a card."""

    at: datetime
    appointment: Appointment


@dataclass(frozen=True, slots=True)
class Cell:
    """So many rows of a column: one start, or appointments with whatever starts beside them; ascending."""

    rows: int
    items: list[Start | Visit]

    @property
    def visits(self) -> list[Visit]:
        """The appointments that it shows."""
        return [item for item in self.items if isinstance(item, Visit)]


@dataclass(frozen=True, slots=True)
class Row:
    """A time on the wall. `offset` (as in "EDT, UTC−4") only where the clock shows it twice."""

    at: datetime
    text: str
    offset: str
    full_hour: bool
    now: bool
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """A therapist, the hours of the date in words, and whether the option is among what the therapist gives."""

    therapist: Therapist
    hours: str
    gives: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A local date. Without rows: no clock of the clinic's zone ever showed that date."""

    day: date
    option: ServiceOption | None
    columns: list[Column]
    rows: list[Row]
    appointments: list[int]

    @property
    def visits(self) -> int:
        """How many appointments it shows."""
        return len(self.appointments)


#: The address for a start with a therapist: to book it where it is free, to ask why where it is not. Empty: none.
Address = Callable[[Therapist, datetime, bool], str]


def of_day(
    day: date, *, option: ServiceOption | None, address: Address, only: Therapist | None = None
) -> Board:
    """The board of a local date, with the starts of an option (None: appointments only); of one therapist or of all."""
    [local] = walltime.local_days(clock.clinic_zone(), day, 1)
    if not local.segments:
        return Board(day, option, [], [], [])
    appointments = [found for found in _appointments(local) if only is None or found.therapist_id == only.pk]
    policy = ClinicPolicy.objects.first() or ClinicPolicy()
    present = {appointment.therapist_id for appointment in appointments}
    therapists = [only] if only else list(Therapist.objects.filter(Q(bookable=True) | Q(pk__in=present)))
    giving = set(option.therapists.values_list("pk", flat=True)) if option else set()
    hours = _hours(day, therapists)
    grounds = _grounds(local, therapists, appointments)
    free = _free(day, option)
    shown = _shown(_grid(local, policy.step_minutes), local, hours.values(), appointments)

    visits_of = defaultdict(list)
    for appointment in appointments:
        visits_of[appointment.therapist_id].append(appointment)
    columns = [
        _cells(
            shown,
            visits_of[therapist.pk],
            _starts(shown, therapist, hours[therapist.pk], grounds[therapist.pk], free, address),
        )
        for therapist in therapists
    ]
    return Board(
        day,
        option,
        [
            Column(therapist, _hours_in_words(hours[therapist.pk]), therapist.pk in giving)
            for therapist in therapists
        ],
        _rows(shown, columns),
        [found.pk for found in appointments],
    )


# What is read


def _appointments(local: LocalDay) -> list[Appointment]:
    """Everything that touches the date and was not called off, by its start. One query."""
    low, high = _moment(local.segments[0].start), _moment(local.segments[-1].end)
    return list(
        Appointment.objects.filter(
            starts_at__gte=low - LONGEST_OCCUPIED,
            starts_at__lt=high,
            ends_at__gt=low,
            status__in=[*BLOCKING, AppointmentStatus.NO_SHOW],
        )
        .select_related("option__service", "room")
        .order_by("starts_at", "pk")
    )


def _free(day: date, option: ServiceOption | None) -> dict[int, tuple[str, ...]]:
    """The free starts of the date, each with the slugs of who is free. Two queries."""
    if option is None:
        return {}
    return dict(availability.free_times(option=option, first_date=day, days=1).starts)


def _hours(day: date, therapists: Sequence[Therapist]) -> dict[int, list[Interval]]:
    """Each therapist's hours of the date, by primary key, as merged minutes since midnight. Two queries."""
    weekly: dict[int, list[Interval]] = {therapist.pk: [] for therapist in therapists}
    for row in WeeklyHours.objects.filter(therapist__in=therapists, weekday=day.weekday()):
        rule = WeeklyRule(row.weekday, row.start, row.end, row.every, row.valid_from, row.valid_until)
        if rule.applies_on(day):
            weekly[row.therapist_id].append((row.start, row.end))
    instead: defaultdict[int, list[Interval]] = defaultdict(list)
    on_top: defaultdict[int, list[Interval]] = defaultdict(list)
    for entry in OverrideHours.objects.filter(therapist__in=therapists, date=day):
        stretches = (on_top if entry.extra else instead)[entry.therapist_id]
        if entry.start is not None and entry.end is not None:
            stretches.append((entry.start, entry.end))
    return {pk: merge([*instead.get(pk, usual), *on_top[pk]]) for pk, usual in weekly.items()}


def _grounds(
    local: LocalDay, therapists: Sequence[Therapist], appointments: Iterable[Appointment]
) -> dict[int, list[Ground]]:
    """What lies behind each therapist's starts, by primary key; of two the first counts. Three queries."""
    period = (_moment(local.segments[0].start), _moment(local.segments[-1].end))
    closed = [
        Ground("closed", f"Closed: {row.name}", _interval(row.period.lower, row.period.upper))
        for row in Closure.objects.filter(period__overlap=period)
    ]
    grounds = {therapist.pk: list(closed) for therapist in therapists}
    for row in TimeOff.objects.filter(therapist__in=therapists, period__overlap=period):
        words = f"Time off: {row.note}" if row.note else "Time off"
        grounds[row.therapist_id].append(Ground("off", words, _interval(row.period.lower, row.period.upper)))
    for hold in Hold.objects.exclude(released_at__lte=clock.now()).filter(
        therapist__in=therapists, period__overlap=period
    ):
        words = f"On hold: {hold.note}" if hold.note else "On hold"
        grounds[hold.therapist_id].append(
            Ground("off", words, _interval(hold.period.lower, hold.period.upper))
        )
    for visit in appointments:
        if visit.status in BLOCKING:
            buffers = (visit.occupied_from, visit.starts_at), (visit.ends_at, visit.occupied_until)
            grounds[visit.therapist_id] += [
                Ground("kept", "Kept free", _interval(low, high)) for low, high in buffers
            ]
    return grounds


# The grid


def _grid(local: LocalDay, step: int) -> list[tuple[int, int]]:
    """The starts of a date as (instant, minute on the wall since midnight), ascending; `step` in minutes."""
    found = []
    for start, end, offset in local.segments:
        shown = start + offset - local.midnight
        first = start + -shown % (step * MINUTE)
        found += [
            (instant, (instant + offset - local.midnight) // MINUTE)
            for instant in range(first, end, step * MINUTE)
        ]
    return found


def _shown(
    grid: list[tuple[int, int]],
    local: LocalDay,
    hours: Iterable[list[Interval]],
    appointments: Iterable[Appointment],
) -> list[tuple[int, int]]:
    """The part of the grid in which anything happens, in full hours."""
    worked = [stretch for stretches in hours for stretch in stretches] or [_OTHERWISE]
    earliest = min(start for start, _ in worked)
    latest = max(end for _, end in worked)
    for visit in appointments:
        begins, ends = (when.in_clinic_zone(moment) for moment in (visit.starts_at, visit.ends_at))
        earliest = min(earliest, begins.hour * _HOUR if begins.date() == local.date else 0)
        latest = max(latest, ends.hour * _HOUR + ends.minute if ends.date() == local.date else 24 * _HOUR)
    low, high = earliest // _HOUR * _HOUR, -(-latest // _HOUR) * _HOUR
    return [(instant, minute) for instant, minute in grid if low <= minute < high]


def _starts(
    grid: Sequence[tuple[int, int]],
    therapist: Therapist,
    hours: Sequence[Interval],
    grounds: Sequence[Ground],
    free: dict[int, tuple[str, ...]],
    address: Address,
) -> list[Start]:
    """Every start of the grid with a therapist."""
    starts = []
    before = ""
    for instant, minute in grid:
        ground = next((each for each in grounds if contains(each.interval, instant)), None)
        if ground:
            kind, words = ground.kind, ground.words
        elif any(contains(stretch, minute) for stretch in hours):
            kind = words = ""
        else:
            kind, words = "outside", "Outside hours"
        is_free = therapist.slug in free.get(instant, ())
        at = _moment(instant)
        said = words if words != before else ""
        starts.append(Start(at, therapist, is_free, kind, said, address(therapist, at, is_free)))
        before = words
    return starts


def _cells(
    grid: Sequence[tuple[int, int]], visits: Sequence[Appointment], starts: Sequence[Start]
) -> dict[int, Cell]:
    """A column's cells by the row in which each begins.

    A start in the time of a visit has the visit in its place. Visits that share a row are one cell.
    """
    instants = [instant for instant, _ in grid]
    blocks: list[tuple[int, int, list[Appointment]]] = []
    for visit in visits:
        low, high = _interval(visit.starts_at, visit.ends_at)
        first = max(0, bisect_right(instants, low) - 1)
        # Who did not come takes no time: the card is there, and so are the starts.
        last = max(first + 1, bisect_left(instants, high)) if visit.status in BLOCKING else first + 1
        if blocks and first < blocks[-1][1]:
            begun, until, others = blocks.pop()
            blocks.append((begun, max(until, last), [*others, visit]))
        else:
            blocks.append((first, last, [visit]))
    cells = {row: Cell(1, [start]) for row, start in enumerate(starts)}
    for first, last, together in blocks:
        taken = [_interval(visit.starts_at, visit.ends_at) for visit in together if visit.status in BLOCKING]
        items: list[Start | Visit] = [Visit(visit.starts_at, visit) for visit in together]
        items += [
            starts[row]
            for row in range(first, last)
            if not any(contains(interval, instants[row]) for interval in taken)
        ]
        for row in range(first, last):
            del cells[row]
        cells[first] = Cell(last - first, sorted(items, key=lambda item: item.at))
    return cells


def _rows(grid: Sequence[tuple[int, int]], columns: Sequence[dict[int, Cell]]) -> list[Row]:
    shown = Counter(minute for _, minute in grid)
    now = walltime.instant_of(clock.now())
    rows = []
    for number, (instant, minute) in enumerate(grid):
        at = _moment(instant)
        until = grid[number + 1][0] if number + 1 < len(grid) else instant + _HOUR * MINUTE
        rows.append(
            Row(
                at,
                when.format_wall_time(*divmod(minute, _HOUR)),
                _offset(at) if shown[minute] > 1 else "",
                minute % _HOUR == 0,
                instant <= now < until,
                [column[number] for column in columns if number in column],
            )
        )
    return rows


# Words


def _hours_in_words(hours: Sequence[Interval]) -> str:
    """As in "9am to 12 noon, 1pm to 5pm"."""
    stretches = (
        " to ".join(when.format_wall_time(*divmod(minute, _HOUR)) for minute in stretch) for stretch in hours
    )
    return ", ".join(stretches) or "No hours"


def _offset(moment: datetime) -> str:
    """As in "EDT, UTC−4": which of two times that look the same."""
    local = when.in_clinic_zone(moment)
    behind = (local.utcoffset() or timedelta()).total_seconds()
    hours, minutes = divmod(int(abs(behind)) // MINUTE, _HOUR)
    offset = f"UTC{'−' if behind < 0 else '+'}{hours}{f':{minutes:02}' if minutes else ''}"
    name = f"{local:%Z}"
    return f"{name}, {offset}" if name.isalpha() else offset


def _moment(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def _interval(low: datetime, high: datetime) -> Interval:
    return walltime.instant_of(low), walltime.instant_from(high)
