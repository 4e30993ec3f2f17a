"""Free times of the reference clinic: the whole call against its two bare queries, and small against large diaries."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from unittest import mock

from benchmarks import diaries
from benchmarks.places import Place
from benchmarks.registry import Line, benchmark
from benchmarks.rounds import Rounds

DAYS = 30
SIZES = (1_000, 10_000, 100_000)
MOST_TIMES_THE_QUERIES = 3.0
MOST_APART = 1.15

Query = tuple[str, Any]


@benchmark("Free times of the reference clinic, every rule set: 5 therapists, 30 days, 70% full")
def free_times(place: Place) -> Iterator[Line]:
    """The limits of the design, at each size of the diary."""
    names = {size: place.reference(size, every_rule=True) for size in SIZES}
    place.tell("Measuring free times")
    queries = {name: _queries_of_a_call(name) for name in names.values()}
    candidates: dict[str, Callable[[], object]] = {}
    with diaries.closing():
        connections = {name: place.connect(name) for name in names.values()}
        try:
            for name in names.values():
                candidates[f"call {name}"] = partial(_call, name)
                candidates[f"bare {name}"] = partial(_bare, connections[name], queries[name])
            candidates["slots"] = _slots(names[SIZES[0]])
            rounds = Rounds(candidates)
            small, large = names[SIZES[0]], names[SIZES[-1]]

            def apart() -> float:
                ratio = rounds.ratio(f"call {large}", f"call {small}")
                return max(ratio, 1 / ratio)

            def times(name: str) -> float:
                return rounds.ratio(f"call {name}", f"bare {name}")

            count = rounds.run_until(
                lambda: (
                    apart() <= MOST_APART
                    and all(times(name) <= MOST_TIMES_THE_QUERIES for name in names.values())
                )
            )
            for size, name in names.items():
                yield Line(
                    what=f"whole call / the two bare queries, {size:,} appointments",
                    figure=f"{times(name):.2f}",
                    limit=f"at most {MOST_TIMES_THE_QUERIES:.2f}",
                    passed=times(name) <= MOST_TIMES_THE_QUERIES,
                )
            yield Line(
                what=f"whole call, {SIZES[-1]:,} against {SIZES[0]:,} appointments",
                figure=f"{apart():.2f}",
                limit=f"at most {MOST_APART:.2f}",
                passed=apart() <= MOST_APART,
            )
            for size, name in names.items():
                plan = _plan(connections[name], queries[name][1])
                is_index_only = (
                    "Index Only Scan using appointment_diary" in plan and "Heap Fetches: 0" in plan
                )
                yield Line(
                    what=f"the window is read from the index alone, {size:,} appointments",
                    figure="yes" if is_index_only else "no",
                    limit="yes" if size == SIZES[-1] else "",
                    passed=is_index_only if size == SIZES[-1] else None,
                )
            for size, name in names.items():
                yield Line(what=f"queries of a call, {size:,} appointments", figure=f"{len(queries[name])}")
                yield Line(
                    what=f"whole call, bare queries: milliseconds, {size:,} appointments",
                    figure=f"{rounds.median(f'call {name}') * 1000:.2f}, {rounds.median(f'bare {name}') * 1000:.2f}",
                )
            yield Line(
                what="of these, the slots alone: milliseconds", figure=f"{rounds.median('slots') * 1000:.2f}"
            )
            yield Line(what="rounds", figure=f"{count}")
        finally:
            for connection in connections.values():
                connection.close()


def _call(name: str) -> object:
    from booking import availability
    from flexclinic.lib import clock

    diaries.use(name)
    return availability.free_times(option=_option(), first_date=clock.today(), days=DAYS)


_options: dict[str, Any] = {}


def _option() -> Any:
    from services.models import ServiceOption

    if not _options:
        _options["reference"] = ServiceOption.objects.get(slug="reference-60")
    return _options["reference"]


def _bare(connection: Any, queries: list[Query]) -> None:
    for sql, parameters in queries:
        connection.execute(sql, parameters).fetchall()


def _queries_of_a_call(name: str) -> list[Query]:
    """What a call asks the database, word for word."""
    from django.db import connections

    from booking import diaries as rows

    _call(name)
    asked: list[Query] = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        asked.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connections["default"].execute_wrapper(note):
        _call(name)
    assert [sql for sql, _ in asked] == [rows.RULES_SQL, rows.OCCUPIED_SQL]
    return asked


def _slots(name: str) -> Callable[[], object]:
    """The arithmetic of a call, without its queries."""
    from booking import slots

    with mock.patch.object(slots, "free_times", wraps=slots.free_times) as seen:
        _call(name)
    [question] = seen.call_args.args
    return partial(slots.free_times, question)


def _plan(connection: Any, query: Query) -> str:
    sql, parameters = query
    rows = connection.execute(f"EXPLAIN (ANALYZE) {sql}", parameters).fetchall()
    return "\n".join(line for (line,) in rows)
