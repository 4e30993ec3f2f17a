"""`python -m benchmarks [NAME …] [--pictures]`: the benchmarks, as ratios with their limits.

Without names all of them run. With `--pictures` those that draw one for docs/ do so. The exit code is 1 when a limit
is not met. What could not be measured is said to be neither met nor missed.
"""

import argparse
import os
import platform
import sys
from collections.abc import Sequence

from benchmarks import (  # noqa: F401 - each registers itself
    api,
    bookings,
    elsewhere,
    free_times,
    growth,
    memory,
    phone,
    simulation,
)
from benchmarks.places import place
from benchmarks.registry import found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them, and print a table of each."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Benchmarks, with their limits."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(found())}; all without")
    parser.add_argument("--pictures", action="store_true", help="draw the pictures of docs/ anew")
    wanted = parser.parse_args(arguments)
    if unknown := [name for name in wanted.names if name not in found()]:
        parser.error(f"there is no {', '.join(unknown)}, only {', '.join(found())}")
    with place(_tell, pictures=wanted.pictures) as here:
        import django

        django.setup()

        missed = unmeasured = 0
        for name in wanted.names or found():
            title, run = found()[name]
            lines = list(run(here))
            _tell(f"\n{title}\n")
            for line in lines:
                _tell(str(line))
                missed += line.passed is False
                unmeasured += line.is_unmeasured
        with here.connect("template1") as connection:
            [version] = connection.execute("SHOW server_version").fetchone() or [""]
    _tell(f"\nOn {os.cpu_count()} processors, Python {platform.python_version()}, PostgreSQL {version}.")
    _tell(_verdict(missed, unmeasured))
    return 1 if missed else 0


def _verdict(missed: int, unmeasured: int) -> str:
    said = f"{missed} of the limits are not met." if missed else "All limits are met."
    if unmeasured:
        said = f"{missed} of the limits are not met, {unmeasured} could not be measured."
    return said


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
