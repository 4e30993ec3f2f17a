"""`python -m benchmarks`: every benchmark, as ratios with their limits. Exit code 1 when one is not met."""

import os
import platform
import sys

from benchmarks.places import place
from benchmarks.registry import found


def main() -> int:
    """Run them all, and print a table."""
    with place(_tell) as here:
        import django

        django.setup()

        from benchmarks import api, bookings, elsewhere, free_times, growth, memory

        wanted = sys.argv[1:]
        failed = 0
        for name, title, run in found():
            if wanted and name not in wanted:
                continue
            lines = list(run(here))
            print(f"\n{title}\n")
            for line in lines:
                print(line)
                failed += line.passed is False
        with here.connect("template1") as connection:
            [version] = connection.execute("SHOW server_version").fetchone() or [""]
    print(f"\nOn {os.cpu_count()} processors, Python {platform.python_version()}, PostgreSQL {version}.")
    print("All limits are met." if not failed else f"{failed} of the limits are not met.")
    return 1 if failed else 0


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
