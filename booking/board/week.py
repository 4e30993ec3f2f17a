"""A week of one therapist: a column for each date, Monday first."""

from dataclasses import dataclass
from datetime import date, timedelta

from booking import availability, walltime
from booking.board import cards, columns, frame, rules
from booking.board.columns import Column
from booking.board.frame import Frame
from booking.intervals import contains
from flexclinic.lib import clock, when
from services.models import ServiceOption, Therapist


@dataclass(frozen=True, slots=True)
class Week:
    """Seven dates, the first a Monday. Dates that never were have no column."""

    first: date
    option: ServiceOption | None
    therapist: Therapist
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


def first_of(day: date) -> date:
    """The Monday of a date's week."""
    return day - timedelta(days=day.weekday())


def of(day: date, *, therapist: Therapist, option: ServiceOption | None) -> Week:
    """The week of a date, with the free starts of an option (None: appointments only). Five queries."""
    first = first_of(day)
    days = [local for local in walltime.local_days(clock.clinic_zone(), first, 7) if local.segments]
    low, high = frame.bounds(days)
    visits = cards.appointments(low, high, therapist=therapist.pk)
    last = first + timedelta(days=6)
    rule = rules.read(first=first, last=last, low=low, high=high, present={therapist.pk})
    free: set[int] = set()
    if option:
        found = availability.free_times(option=option, therapist=therapist, first_date=first, days=7)
        free = {instant for instant, _ in found.starts}
    of_day = {
        local.date: [
            visit
            for visit in visits
            if any(
                visit.starts_at < frame.as_moment(segment.end)
                and visit.ends_at > frame.as_moment(segment.start)
                for segment in local.segments
            )
        ]
        for local in days
    }
    shown = [
        frame.shown_hours(
            local.date,
            [rule.hours(therapist.pk, local.date)],
            ((visit.starts_at, visit.ends_at) for visit in of_day[local.date]),
        )
        for local in days
    ]
    window = min(low for low, _ in shown), max(high for _, high in shown)
    wishes = cards.wishes_of(visits)
    grounds = [*rule.against(therapist.pk), *columns.kept_free(visits)]
    made = []
    for local in days:
        shape = frame.make(local, window, step=rule.step, by_wall=True)
        hours = rule.hours(therapist.pk, local.date)
        made.append(
            Column(
                f"t{therapist.pk}",
                local.date,
                when.format_date(local.date, year=False),
                [columns.in_words(hours)],
                shape,
                columns.fill(
                    shape,
                    cards=cards.in_column(of_day[local.date], shape, wishes),
                    hours=hours,
                    grounds=grounds,
                    free={instant for instant in free if _on(local, instant)},
                    step=rule.step,
                ),
            )
        )
    return Week(first, option, therapist, made, made[0].frame, len(visits), rule.step)


def _on(local: walltime.LocalDay, instant: int) -> bool:
    return any(contains((segment.start, segment.end), instant) for segment in local.segments)
