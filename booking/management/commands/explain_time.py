"""`manage.py explain_time THERAPIST OPTION ISO-START`: why a time is or is not free."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from booking import walltime, why
from flexclinic.lib import clock, when
from services.models import ServiceOption, Therapist


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
        therapist = Therapist.objects.filter(slug=options["therapist"]).first()
        option = ServiceOption.objects.filter(slug=options["option"]).first()
        if therapist is None:
            known = ", ".join(Therapist.objects.values_list("slug", flat=True))
            raise CommandError(f"There is no therapist {options['therapist']}. There are: {known or 'none'}.")
        if option is None:
            known = ", ".join(ServiceOption.objects.values_list("slug", flat=True))
            raise CommandError(f"There is no option {options['option']}. There are: {known or 'none'}.")
        for instant in self._instants(options["start"]):
            start = datetime.fromtimestamp(instant, UTC)
            reasons = why.sentences(option=option, therapist=therapist, start=start)
            self.stdout.write(f"{when.format_date_time(start)} with {therapist.name}: {option}")
            self.stdout.write("\n".join(f"- {reason}" for reason in reasons) or "free")

    def _instants(self, text: str) -> tuple[int, ...]:
        try:
            start = datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError(f"{text} is not a time such as 2026-11-24T10:00.") from error
        if start.tzinfo:
            return (walltime.instant_of(start),)
        instants = walltime.instants_of(clock.clinic_zone(), start)
        if not instants:
            raise CommandError(f"The clocks go forward and skip {text}.")
        return instants
