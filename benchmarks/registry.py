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

    @property
    def is_unmeasured(self) -> bool:
        """Whether it has a limit, and nothing to hold against it."""
        return bool(self.limit) and self.passed is None

    def __str__(self) -> str:
        verdict = {None: "", True: "PASS", False: "FAIL"}[self.passed]
        return f"  {self.what:<72}{self.figure:>12}   {self.limit:<14}{verdict}".rstrip()


Benchmark = Callable[[Place], Iterator[Line]]

_found: dict[str, tuple[str, Benchmark]] = {}


def benchmark(title: str) -> Callable[[Benchmark], Benchmark]:
    """Register a benchmark under the function's name: `python -m benchmarks` runs them in the order of registration."""

    def register(function: Benchmark) -> Benchmark:
        _found[function.__name__] = (title, function)
        return function

    return register


def found() -> dict[str, tuple[str, Benchmark]]:
    """Every registered benchmark by its name, with its title."""
    return dict(_found)
