"""Memory of a web process over 100,000 requests."""

from collections.abc import Iterator
from itertools import cycle, islice

from benchmarks import diaries
from benchmarks.places import Place
from benchmarks.registry import Line, benchmark
from benchmarks.website import Website, website

APPOINTMENTS = 1000
REQUESTS = 100_000
POINTS = 5  # memory is read so often, the first time after the warm-up
STEP = 5000  # requests between two lines that say how far it is
MOST_GROWTH = 0.03  # of what the process holds after the warm-up
MEGABYTE = 1 << 20


@benchmark("Memory of a web process, over 100,000 requests for pages and the API")
def memory(place: Place) -> Iterator[Line]:
    """One worker that is never renewed. The first fifth is the warm-up: caches fill, threads get their share."""
    database = place.reference(APPOINTMENTS)
    with diaries.closing():
        paths = cycle(_paths(database))
    held: list[int] = []
    with website(place, database) as site:
        for done in range(STEP, REQUESTS + 1, STEP):
            site.keep_busy(islice(paths, STEP))
            resident = _resident(site)
            place.tell(
                f"{done:,} of {REQUESTS:,} requests answered, {resident / MEGABYTE:.1f} megabytes held"
            )
            if resident and done % (REQUESTS // POINTS) == 0:
                held.append(resident)
    limit = f"at most {MOST_GROWTH:.0%}"
    if not held:
        yield Line(
            what="the system does not tell how much memory a process holds",
            figure="NOT MEASURED",
            limit=limit,
        )
        return
    growth = held[-1] / held[0] - 1
    yield Line(
        what=f"growth from request {REQUESTS // POINTS:,} to {REQUESTS:,}",
        figure=f"{growth:+.1%}",
        limit=limit,
        passed=growth <= MOST_GROWTH,
    )
    for number, resident in enumerate(held, start=1):
        yield Line(
            what=f"megabytes after {REQUESTS // POINTS * number:,} requests",
            figure=f"{resident / MEGABYTE:.1f}",
        )


def _paths(database: str) -> list[str]:
    """What visitors ask for: the home page, the times, the form for one of them, and the API between them."""
    from booking import availability
    from booking.addresses import ANYONE, write_start
    from flexclinic.lib import clock
    from services.models import ServiceOption

    diaries.use(database)
    option = ServiceOption.objects.get()
    starts = availability.free_times(option=option, first_date=clock.today(), days=30).starts
    latest = [write_start(clock.clinic_zone(), start) for start, _ in starts[-3:]]
    api, home, times = f"/api/times/?option={option.slug}", "/", f"/book/{option.slug}/"
    form = [f"/book/{option.slug}/{ANYONE}/{start}/" for start in latest]
    few = [home, form[0], times, form[1], form[2]]
    return [path for one in few for path in (one, api, api, api)]


def _resident(site: Website) -> int:
    return int(site.get("/benchmark/memory/") or 0)
