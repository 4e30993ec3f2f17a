"""What a benchmark is: a function that gives lines, each with a figure and mostly a limit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.places import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure. `passed` is None where it is only for information."""

    what: str
    figure: str
    limit: str = ""
    passed: bool | None = None

    def __str__(self) -> str:
        verdict = {None: "", True: "PASS", False: "FAIL"}[self.passed]
        return f"  {self.what:<66}{self.figure:>12}   {self.limit:<14}{verdict}".rstrip()


Benchmark = Callable[[Place], Iterator[Line]]

_found: list[tuple[str, str, Benchmark]] = []


def benchmark(title: str) -> Callable[[Benchmark], Benchmark]:
    """Register a benchmark: `python -m benchmarks` runs it, in the order of registration."""

    def register(function: Benchmark) -> Benchmark:
        _found.append((function.__name__, title, function))
        return function

    return register


def found() -> list[tuple[str, str, Benchmark]]:
    """Every registered benchmark with its name and its title."""
    return list(_found)
