"""How the time of a call grows with therapists and days, from the reference clinic to one 120 times as big."""

import statistics
import time
from collections.abc import Iterator
from functools import partial

from benchmarks import chart, diaries
from benchmarks.places import PROJECT, Place
from benchmarks.registry import Line, benchmark

#: Therapists and days. The reference clinic comes first; the others are held against it.
SIZES = ((5, 30), (10, 30), (15, 60), (30, 60), (75, 75), (200, 90))
HELD = ((30, 60), (200, 90))
MOST_OF_LINEAR = 1.0
ROUNDS = 9
MOST_ROUNDS = 27
WORK = 300  # therapists times days in a turn at least, so that small clinics are called a few times
PICTURE = PROJECT / "docs" / "images" / "growth.svg"

Size = tuple[int, int]


@benchmark("Free times of bigger clinics, all 70% full: milliseconds for each therapist and day")
def growth(place: Place) -> Iterator[Line]:
    """One call for all therapists and days of a clinic, clinic after clinic in each round."""
    from booking import availability
    from flexclinic.lib import clock
    from services.models import ServiceOption

    names = {size: _clinic(place, size) for size in SIZES}
    place.tell("Measuring the growth")
    seconds: dict[Size, list[float]] = {size: [] for size in SIZES}

    def of_linear(size: Size) -> float:
        pairs = zip(seconds[size], seconds[SIZES[0]], strict=True)
        return statistics.median(big / small for big, small in pairs) * _work(SIZES[0]) / _work(size)

    with diaries.closing():
        calls = {}
        for size, name in names.items():
            diaries.use(name)
            calls[size] = partial(
                availability.free_times,
                option=ServiceOption.objects.get(),
                first_date=clock.today(),
                days=size[1],
            )
            for _ in range(4):  # statements get prepared
                calls[size]()
        while len(seconds[SIZES[0]]) < ROUNDS or (
            len(seconds[SIZES[0]]) < MOST_ROUNDS and any(of_linear(size) > MOST_OF_LINEAR for size in HELD)
        ):
            for size, name in names.items():
                diaries.use(name)
                times = max(1, WORK * 4 // _work(size))
                begun = time.perf_counter()
                for _ in range(times):
                    calls[size]()
                seconds[size].append((time.perf_counter() - begun) / times)
    for therapists, days in SIZES[1:]:
        ratio = of_linear((therapists, days))
        is_held = (therapists, days) in HELD
        yield Line(
            what=f"a therapist's day, {therapists} therapists and {days} days / 5 and 30",
            figure=f"{ratio:.2f}",
            limit=f"at most {MOST_OF_LINEAR:.2f}" if is_held else "",
            passed=ratio <= MOST_OF_LINEAR if is_held else None,
        )
    for (therapists, days), taken in seconds.items():
        yield Line(
            what=f"whole call, {therapists} therapists and {days} days: milliseconds",
            figure=f"{statistics.median(taken) * 1000:.2f}",
        )
    if place.pictures:
        points = [
            chart.Point(
                x=_work(size), y=statistics.median(taken) * 1000, name=f"{size[0]} therapists, {size[1]} days"
            )
            for size, taken in seconds.items()
        ]
        PICTURE.write_text(chart.drawn(points))
        yield Line(what=f"drawn: {PICTURE.relative_to(PROJECT)}", figure="")


def _work(size: Size) -> int:
    therapists, days = size
    return therapists * days


def _clinic(place: Place, size: Size) -> str:
    therapists, days = size
    if size == SIZES[0]:
        return place.reference(1000)
    full = int(therapists * days * 5 / 7 * 5 * 0.75)  # a little more than the days to come take
    return place.reference(full, therapists=therapists, days=days)
