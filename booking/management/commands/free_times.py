"""`manage.py free_times SCENARIO.json …`: the free times of scenarios; `booking.scenario` has the format."""

import json
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from booking import walltime
from booking.question import Question, Reason
from booking.scenario import ScenarioError, answer, read_scenario
from booking.slots import Explanation, explain, explain_wall_time


class Command(BaseCommand):
    """Prints one line of JSON for each scenario that can be answered; exits with 1 if one cannot."""

    help = "Answers scenarios of free times: one line of JSON for each file. Needs no database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Takes the files, and a start to explain."""
        parser.add_argument("scenarios", nargs="+", type=Path, metavar="SCENARIO.json")
        parser.add_argument(
            "--explain",
            metavar="ISO-START",
            type=datetime.fromisoformat,
            help="print why this start is not free instead; without an offset it is a wall time of the zone",
        )
        parser.add_argument("--therapist", metavar="NAME", help="whose start --explain means")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answers each file by itself, so that a bad one does not keep the others from their answer."""
        start: datetime | None = options["explain"]
        therapist: str | None = options["therapist"]
        if (start is None) != (therapist is None):
            raise CommandError("--explain and --therapist go together.")
        paths: list[Path] = options["scenarios"]
        failed = 0
        for path in paths:
            try:
                question = read_scenario(path.read_bytes())
                if start is None or therapist is None:
                    line: object = answer(question)
                else:
                    line = _explanation(question, therapist, start)
            except (OSError, ScenarioError) as error:
                problem = error.strerror if isinstance(error, OSError) else error
                self.stderr.write(f"{path}: {problem}")
                failed += 1
            else:
                self.stdout.write(json.dumps(line))
        if failed:
            raise CommandError(f"{failed} of {len(paths)} scenarios could not be answered.")


def _explanation(question: Question, therapist: str, start: datetime) -> dict[str, object]:
    if start.tzinfo is None:
        readings = explain_wall_time(question, therapist, start)
    else:
        instant = walltime.instant_of(start)
        readings = [Explanation(instant, explain(question, therapist, instant))]
    return {
        "therapist": therapist,
        "readings": [
            {
                "start": None if instant is None else walltime.iso_instant(question.zone, instant),
                "free": not reasons,
                "reasons": [_reason(question, reason) for reason in reasons],
            }
            for instant, reasons in readings
        ],
    }


def _reason(question: Question, reason: Reason) -> dict[str, object]:
    shown: dict[str, object] = {"code": reason.code}
    if reason.interval is not None:
        shown["interval"] = list(walltime.iso_instants(question.zone, reason.interval))
    return shown
