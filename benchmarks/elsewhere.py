"""The same question to django-appointment: all free times of the reference clinic."""

import hashlib
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from benchmarks import diaries
from benchmarks.places import PROJECT, Place
from benchmarks.registry import Line, benchmark
from flexclinic import embedded

REQUIREMENTS = PROJECT / "requirements" / "elsewhere.txt"
ENVIRONMENTS = PROJECT / ".cache" / "benchmarks"
APPOINTMENTS = 1000
DAYS = 30
ROUNDS = 7
CALLS = 20  # of ours in each round; the other is called DAYS times for each therapist
LEAST_TIMES = 500
DATABASE = "elsewhere"


@benchmark("Free times of the reference clinic, against django-appointment")
def elsewhere(place: Place) -> Iterator[Line]:
    """The whole of it by turns: 30 days with everybody in one call, and one call for each therapist and day."""
    what = f"django-appointment / whole call, {APPOINTMENTS:,} appointments"
    limit = f"at least {LEAST_TIMES}"
    python = _environment(place)
    if python is None:
        yield Line(what=what, figure="NOT MEASURED", limit=limit)
        yield Line(what="  django-appointment could not be installed: is PyPI out of reach?", figure="")
        return
    from booking import availability
    from flexclinic.lib import clock
    from services.models import ServiceOption

    place.create(DATABASE)
    with diaries.closing():
        diaries.use(place.reference(APPOINTMENTS))
        option = ServiceOption.objects.get()
        first_date = clock.today()
        dates = [(first_date + timedelta(days=number)).isoformat() for number in range(DAYS)]
        place.tell("Filling django-appointment with the same clinic")
        with _other(python, _clinic(place, option, dates)) as other:
            place.tell("Measuring django-appointment")
            _answer(other, dates)  # both warm up
            ours: list[float] = []
            theirs: list[float] = []
            for number in range(ROUNDS + 1):
                begun = time.perf_counter()
                for _ in range(CALLS):
                    availability.free_times(option=option, first_date=first_date, days=DAYS)
                seconds = (time.perf_counter() - begun) / CALLS
                taken, given = _answer(other, dates)
                if number:  # the first warmed ours up
                    ours.append(seconds)
                    theirs.append(taken)
        # Theirs knows none of the other rules, so what both find is compared without them.
        diaries.use(place.reference(APPOINTMENTS, every_rule=False))
        plain = ServiceOption.objects.get()
        found = availability.free_times(option=plain, first_date=first_date, days=DAYS)
    ratio = statistics.median(their / our for their, our in zip(theirs, ours, strict=True))
    yield Line(what=what, figure=f"{ratio:,.0f}", limit=limit, passed=ratio >= LEAST_TIMES)
    yield Line(
        what="django-appointment, whole call: milliseconds",
        figure=f"{statistics.median(theirs) * 1000:,.0f}, {statistics.median(ours) * 1000:.2f}",
    )
    yield Line(
        what="free times found, django-appointment and ours without its other rules",
        figure=f"{given:,}, {sum(len(therapists) for _, therapists in found.starts):,}",
    )


def _environment(place: Place) -> Path | None:
    """A Python with django-appointment as it is pinned, made when first asked for; None where that fails."""
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    folder = ENVIRONMENTS / f"django-appointment-{wanted}"
    python = folder / "bin" / "python"
    done = folder / "installed"
    if done.exists():
        return python
    place.tell("Installing django-appointment into an environment of its own")
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries=1"]
    installed = subprocess.run(
        [*pip, "--require-hashes", "-r", str(REQUIREMENTS)], stderr=subprocess.PIPE, text=True, check=False
    )
    if installed.returncode:
        place.tell(installed.stderr.strip())
        return None
    done.touch()
    return python


def _clinic(place: Place, option: Any, dates: list[str]) -> dict[str, Any]:
    """The reference clinic as `benchmarks.other_diary` takes it: wall time, in words."""
    from booking.management.commands.reference_clinic import HOURS
    from booking.models import Appointment, ClinicPolicy
    from flexclinic.lib import clock
    from flexclinic.lib.when import in_clinic_zone
    from services.models import Therapist

    policy = ClinicPolicy.objects.get()
    (opens, lunch_begins), (lunch_ends, closes) = (
        (f"{start // 60:02}:{start % 60:02}", f"{end // 60:02}:{end % 60:02}") for start, end in HOURS
    )
    booked = Appointment.objects.values_list("therapist__slug", "starts_at", "ends_at").iterator()
    spans = ((slug, in_clinic_zone(start), in_clinic_zone(end)) for slug, start, end in booked)
    return {
        "database": {
            "NAME": DATABASE,
            "USER": embedded.USER,
            "HOST": str(place.server.socket_folder),
            "PORT": embedded.PORT,
        },
        "zone": clock.clinic_zone().key,
        "step": policy.step_minutes,
        "lead_minutes": policy.lead_minutes,
        "minutes": option.minutes,
        "buffer_after": option.buffer_after,
        "opens": opens,
        "lunch": [lunch_begins, lunch_ends],
        "closes": closes,
        "dates": dates,
        "therapists": list(Therapist.objects.values_list("slug", flat=True)),
        "appointments": [
            [slug, f"{start:%Y-%m-%d}", f"{start:%H:%M}", f"{end:%H:%M}"] for slug, start, end in spans
        ],
    }


Other = subprocess.Popen[str]


@contextmanager
def _other(python: Path, clinic: dict[str, Any]) -> Iterator[Other]:
    """A process that answers from django-appointment's diary of that clinic."""
    with TemporaryFile() as log:
        process = subprocess.Popen(
            [str(python), "-W", "ignore", str(PROJECT / "benchmarks" / "other_diary.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            if _say(process, clinic) != "ready\n":
                log.seek(0)
                raise RuntimeError(f"django-appointment did not start:\n{log.read().decode()}")
            yield process
        finally:
            process.kill()
            process.wait()


def _answer(other: Other, dates: list[str]) -> tuple[float, int]:
    """The seconds that django-appointment took for those dates, and how many free times it found."""
    seconds, found = json.loads(_say(other, dates))
    return seconds, found


def _say(other: Other, line: Any) -> str:
    """Write a line and read one, which is empty where the process has ended."""
    assert other.stdin
    assert other.stdout
    other.stdin.write(json.dumps(line) + "\n")
    other.stdin.flush()
    return other.stdout.readline()
