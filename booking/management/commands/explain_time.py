"""`manage.py explain_time THERAPIST OPTION ISO-START`: why a time is or is not free."""

import re
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError

from booking import walltime, why
from flexclinic.lib import clock, when
from services.models import ServiceOption, Therapist

Named = TypeVar("Named", Therapist, ServiceOption)

#: What a date alone does not have.
_HOURS = re.compile(r"[T ]\d{2}")


class Command(BaseCommand):
    """Prints "free", or each reason why not on a line of its own."""

    help = "Explains why a start is or is not free. Without an offset the start is the clinic's wall time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Two slugs and a start."""
        parser.add_argument("therapist", metavar="THERAPIST", help="the therapist's slug")
        parser.add_argument("option", metavar="OPTION", help="the option's slug")
        parser.add_argument(
            "start", metavar="ISO-START", help="as in 2026-11-24T10:00 or 2026-11-24T10:00-05:00"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer for each instant at which the clock shows that time."""
        therapist = self._named(Therapist, "therapist", options["therapist"])
        option = self._named(ServiceOption, "option", options["option"])
        for instant in self._instants(options["start"]):
            start = datetime.fromtimestamp(instant, UTC)
            reasons = why.sentences(option=option, therapist=therapist, start=start)
            self.stdout.write(f"{when.format_date_time(start)} with {therapist.name}: {option}")
            self.stdout.write("\n".join(f"- {reason}" for reason in reasons) or "free")

    def _named(self, model: type[Named], word: str, slug: str) -> Named:
        found: Named | None = model._default_manager.filter(slug=slug).first()
        if found is None:
            known = ", ".join(model._default_manager.values_list("slug", flat=True))
            raise CommandError(f"There is no {word} {slug}. There are: {known or 'none'}.")
        return found

    def _instants(self, text: str) -> tuple[int, ...]:
        """Whole seconds since the epoch: each instant at which the clock shows the time."""
        try:
            start = datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError(f"{text} is not a time such as 2026-11-24T10:00.") from error
        if not _HOURS.search(text) or start.microsecond:
            raise CommandError(f"{text} is not a time such as 2026-11-24T10:00, with date, hour and minute.")
        if not 1970 <= start.year <= walltime.LAST_YEAR:
            raise CommandError(f"{text} is too far away: the years are 1970 to {walltime.LAST_YEAR}.")
        if start.tzinfo:
            return (walltime.instant_of(start),)
        instants = walltime.instants_of(clock.clinic_zone(), start)
        if not instants:
            raise CommandError(f"The clocks go forward and skip {text}.")
        return instants
