"""Accepted bookings a second, through `lifecycle` against the bare statements, from 1, 2 and 8 processes at once."""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import islice

from benchmarks import diaries
from benchmarks.places import PROJECT, Place
from benchmarks.registry import Line, benchmark

APPOINTMENTS = 10_000
PROCESSES = (1, 2, 8)
BOOKINGS = 200  # in each turn, shared among the processes
ROUNDS = 7
MOST_ROUNDS = 20
LEAST_OF_BARE = 1 / 3
HORIZON = 700  # days: enough for every booking to be accepted
OCCUPIED = 75 * 60  # seconds

Start = tuple[int, int]


@benchmark("Accepted bookings a second, each with its event, notification and job")
def bookings(place: Place) -> Iterator[Line]:
    """Both ways by turns, at each number of processes."""
    database = place.copy(place.reference(APPOINTMENTS), to="bookings")
    with diaries.closing():
        starts = iter(_free_starts(database))
    place.tell("Measuring bookings")
    figures: dict[tuple[str, int], list[float]] = {
        (how, processes): [] for how in ("lifecycle", "bare") for processes in PROCESSES
    }

    def ratio(processes: int) -> float:
        pairs = zip(figures["lifecycle", processes], figures["bare", processes], strict=True)
        return statistics.median(one / two for one, two in pairs)

    with _bookers(place, database, max(PROCESSES)) as bookers:
        for how in ("bare", "lifecycle"):
            _book(bookers, how, list(islice(starts, BOOKINGS)))  # connections open, statements get prepared
        rounds = 0
        while rounds < ROUNDS or (
            rounds < MOST_ROUNDS and any(ratio(processes) < LEAST_OF_BARE for processes in PROCESSES)
        ):
            for processes in PROCESSES:
                ways = ("lifecycle", "bare") if rounds % 2 else ("bare", "lifecycle")
                for how in ways:
                    seconds = _book(bookers[:processes], how, list(islice(starts, BOOKINGS)))
                    figures[how, processes].append(BOOKINGS / seconds)
            rounds += 1
    for processes in PROCESSES:
        yield Line(
            what=f"through lifecycle / bare statements, processes: {processes}",
            figure=f"{ratio(processes):.2f}",
            limit=f"at least {LEAST_OF_BARE:.2f}",
            passed=ratio(processes) >= LEAST_OF_BARE,
        )
    for processes in PROCESSES:
        a_second = [f"{statistics.median(figures[how, processes]):,.0f}" for how in ("lifecycle", "bare")]
        yield Line(
            what=f"bookings a second, lifecycle and bare, processes: {processes}", figure=", ".join(a_second)
        )
    yield Line(what="rounds", figure=f"{rounds}")


def _free_starts(database: str) -> list[Start]:
    """Starts that can all be booked one after the other, in no order."""
    from booking import availability
    from booking.models import ClinicPolicy, WorkingDay
    from flexclinic.lib import clock
    from services.models import Room, ServiceOption, Therapist

    diaries.use(database)
    # Every rule stays in force, and refuses none of the starts that are booked here one after the other.
    ClinicPolicy.objects.update(horizon_days=HORIZON, shortest_gap=5)
    ServiceOption.objects.update(most_a_day=10_000)
    WorkingDay.objects.update(most_visits=10_000, break_minutes=15, break_from=0, break_until=24 * 60)
    option = ServiceOption.objects.get()
    for therapist in Therapist.objects.all():
        # For the bare statements, which choose none: `lifecycle` takes the first by name.
        option.rooms.add(Room.objects.create(name=f"Spare {therapist.pk}", slug=f"spare-{therapist.pk}"))
    found: list[Start] = []
    for therapist in Therapist.objects.all():
        free_again = 0
        for first_date in (clock.today(), clock.today() + timedelta(days=availability.LONGEST_WINDOW)):
            for start, _ in availability.free_times(
                option=option, therapist=therapist, first_date=first_date, days=availability.LONGEST_WINDOW
            ).starts:
                if start >= free_again:
                    found.append((therapist.pk, start))
                    free_again = start + OCCUPIED
    random.Random(20261122).shuffle(found)
    return found


Booker = subprocess.Popen[str]


@contextmanager
def _bookers(place: Place, database: str, count: int) -> Iterator[list[Booker]]:
    """Processes that wait for something to book."""
    with ExitStack() as stack:
        started = []
        for _ in range(count):
            booker = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.booker"],
                cwd=PROJECT,
                env={**os.environ, "DATABASE_URL": place.url(database)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(booker.wait)
            stack.callback(booker.kill)
            started.append(booker)
        for booker in started:
            if _read(booker) != "ready":
                raise RuntimeError("a process that books did not start")
        yield started


def _book(bookers: Sequence[Booker], how: str, starts: list[Start]) -> float:
    """Let the processes book, each its share of the starts, all at once; gives the seconds until the last has ended.

    Raises RuntimeError where not every start was accepted.
    """
    begun = time.perf_counter()
    for number, booker in enumerate(bookers):
        assert booker.stdin
        booker.stdin.write(json.dumps({"how": how, "starts": starts[number :: len(bookers)]}) + "\n")
        booker.stdin.flush()
    accepted = sum(int(_read(booker)) for booker in bookers)
    seconds = time.perf_counter() - begun
    if accepted < BOOKINGS:
        raise RuntimeError(f"{accepted} of {BOOKINGS} bookings were accepted ({how})")
    return seconds


def _read(booker: Booker) -> str:
    assert booker.stdout
    return booker.stdout.readline().strip()
