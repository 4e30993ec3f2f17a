"""Measuring several things against each other on a machine that has other things to do.

Everything that is compared runs by turns in the same rounds, so that a slow moment slows all of it. A round's figure
is the median of a few calls, a ratio is taken within a round, and what counts is the median over all rounds.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

ROUNDS = 30
CALLS = 10
MOST_ROUNDS = 90


@dataclass
class Rounds:
    """Things to call, by name, and the seconds that a call took in each round."""

    candidates: Mapping[str, Callable[[], object]]
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.seconds = {name: [] for name in self.candidates}
        for call in self.candidates.values():
            for _ in range(CALLS):  # connections open, statements get prepared, caches fill
                call()

    def run(self, rounds: int = ROUNDS) -> None:
        """Add rounds. Each one begins with another candidate."""
        names = list(self.candidates)
        for number in range(rounds):
            gc.collect()
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                self.seconds[name].append(_median_call(self.candidates[name]))

    def run_until(self, satisfied: Callable[[], bool]) -> int:
        """Run, and add rounds while the limits are not met, to tell noise from a fault. Gives how many were run.

        No round is ever left out.
        """
        self.run()
        while not satisfied() and self.count < MOST_ROUNDS:
            self.run()
        return self.count

    @property
    def count(self) -> int:
        """How many rounds there were."""
        return len(next(iter(self.seconds.values())))

    def median(self, name: str) -> float:
        """Seconds of a call."""
        return statistics.median(self.seconds[name])

    def ratio(self, name: str, other: str) -> float:
        """How many times as long one takes as the other."""
        pairs = zip(self.seconds[name], self.seconds[other], strict=True)
        return statistics.median(one / two for one, two in pairs)


def _median_call(call: Callable[[], object]) -> float:
    taken = []
    for _ in range(CALLS):
        begun = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)
