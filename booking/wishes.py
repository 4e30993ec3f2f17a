"""What somebody on the waiting list waits for, in words."""

from booking.day_parts import DayPart
from booking.models import WaitingPlace
from flexclinic.lib import when

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def in_words(place: WaitingPlace) -> list[tuple[str, str]]:
    """Names and values, as on a summary list. Nothing of it was typed."""
    days = [WEEKDAYS[day] for day in place.weekdays]
    parts = [str(part.label).lower() for part in DayPart if part in place.parts]
    people = [therapist.name for therapist in place.therapists.all()]
    return [
        ("What", f"{place.option.service.title}: {place.option.name}"),
        ("Days", _listed(days, none="Any day")),
        ("Time of day", _listed(parts, none="Any time").capitalize()),
        ("With", _listed(people, none="Anyone who offers it")),
        ("From", when.format_date(place.from_date)),
        ("Until", when.format_date(place.until_date)),
    ]


def _listed(words: list[str], *, none: str) -> str:
    if len(words) < 2:
        return "".join(words) or none
    return f"{', '.join(words[:-1])} or {words[-1]}"
