"""What it brings to avoid short gaps: simulated weeks of the reference clinic, each booked twice by the same patients.

A week is the reference clinic's: 5 therapists, Monday to Friday 9 to 12 and 1 to 5, starts every 15 minutes, and
15 minutes after each visit. Patients come one after the other. Each wants a moment of the week's hours, is offered
the free starts of that date by the engine, with anyone, and takes the nearest that is at most three hours away, or
leaves. The therapist is who "anyone" means. The same patients, in the same order, meet a clinic that offers all free
times and one that offers those that leave no short gap.
"""

import random
import statistics
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from benchmarks.places import Place
from benchmarks.registry import Line, benchmark
from booking import slots
from booking.intervals import Interval
from booking.question import OptionRules, Question, TherapistDiary, WeeklyRule
from booking.walltime import MINUTE, instant_of

WEEKS = 1_000
MONDAY = date(2026, 1, 5)
ZONE = ZoneInfo("America/New_York")
THERAPISTS = tuple(f"therapist-{number}" for number in range(1, 6))
STRETCHES = ((9 * 60, 12 * 60), (13 * 60, 17 * 60))
OPEN_MINUTES = 5 * len(THERAPISTS) * sum(end - start for start, end in STRETCHES)
BUFFER = 15
MOST_AWAY = 3 * 3600
#: Two-sided, of the normal distribution: with 1,000 weeks the t distribution gives 1.962.
NORMAL_95 = 1.96


@dataclass(frozen=True, slots=True)
class Demand:
    """Who comes: lengths of visits in minutes, drawn alike, and how many minutes of them for each that is open."""

    name: str
    minutes: tuple[int, ...]
    of_open: float


DEMANDS = (
    Demand("60 minutes, demand 70% of the open time", (60,), 0.7),
    Demand("60 minutes, demand 100% of the open time", (60,), 1.0),
    Demand("30, 60 and 90 minutes, demand 100% of the open time", (30, 60, 90), 1.0),
)


@benchmark(f"Avoiding short gaps: {WEEKS:,} simulated weeks, share of the open time that is booked")
def simulation(place: Place) -> Iterator[Line]:
    """How much more of the week is booked, as a mean of paired differences with its 95% confidence interval."""
    with ProcessPoolExecutor() as pool:
        for demand in DEMANDS:
            place.tell(f"Simulating {WEEKS:,} weeks: {demand.name}")
            weeks = list(pool.map(partial(_week, demand), range(WEEKS), chunksize=25))
            plain, tight = zip(*weeks, strict=True)
            more = [one - other for other, one in weeks]
            mean = statistics.fmean(more)
            either_side = NORMAL_95 * statistics.stdev(more) / len(more) ** 0.5
            yield Line(
                what=f"{demand.name}: all / no short gaps",
                figure=f"{statistics.fmean(plain):.1%} / {statistics.fmean(tight):.1%}",
            )
            yield Line(
                what="  more booked without short gaps, in points (95% confidence)",
                figure=f"{mean * 100:+.2f} ± {either_side * 100:.2f}",
                limit="above 0",
                passed=mean - either_side > 0,
            )


def _week(demand: Demand, number: int) -> tuple[float, float]:
    """The share of the open time that the same patients book, offered all times and those without short gaps."""
    chance = random.Random(f"{demand.name} {number}")
    patients: list[tuple[int, int]] = []
    wanted_minutes = 0.0
    while wanted_minutes < demand.of_open * OPEN_MINUTES:
        length = chance.choice(demand.minutes)
        first, last = chance.choices(STRETCHES, weights=[end - start for start, end in STRETCHES])[0]
        moment = instant_of(
            datetime.combine(MONDAY + timedelta(days=chance.randrange(5)), datetime.min.time(), ZONE)
        )
        patients.append((length, moment + chance.randrange(first, last) * MINUTE))
        wanted_minutes += length
    return _booked(demand, patients, avoid_gaps=False), _booked(demand, patients, avoid_gaps=True)


def _booked(demand: Demand, patients: list[tuple[int, int]], *, avoid_gaps: bool) -> float:
    """The share of the open minutes that ends up in visits."""
    busy: dict[str, list[Interval]] = {name: [] for name in THERAPISTS}
    weekly = tuple(WeeklyRule(weekday, start, end) for weekday in range(5) for start, end in STRETCHES)
    asked = Question(
        zone=ZONE,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        first_date=MONDAY,
        days=1,
        step=15,
        option=OptionRules(minutes=60, buffer_after=BUFFER),
        therapists={name: TherapistDiary(weekly=weekly, busy=busy[name]) for name in THERAPISTS},
        shortest_gap=min(demand.minutes) + BUFFER,
        avoid_gaps=avoid_gaps,
    )
    booked = 0
    for length, moment in patients:
        day = datetime.fromtimestamp(moment, ZONE).date()
        question = replace(asked, first_date=day, option=OptionRules(minutes=length, buffer_after=BUFFER))
        near = [
            (start, names) for start, names in slots.free_times(question) if abs(start - moment) <= MOST_AWAY
        ]
        if not near:
            continue
        start, names = min(near, key=lambda offer: (abs(offer[0] - moment), offer[0]))
        name = min(names, key=partial(_preference, question, start))
        busy[name].append((start, start + (length + BUFFER) * MINUTE))
        booked += length
    return booked / OPEN_MINUTES


def _preference(question: Question, start: int, name: str) -> tuple[int, int, str]:
    """Whom "anyone" means: the least lost beside the visit, then the least booked, then the order."""
    booked = sum(end - begin for begin, end in question.therapists[name].busy)
    return slots.left_unsold(question, name, start), booked, name
