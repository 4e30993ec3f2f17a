"""The parts of a day, on the clinic's wall clock: the only place that says when an afternoon begins."""

from django.db.models import TextChoices


class DayPart(TextChoices):
    """A part of the day in which a visit begins."""

    MORNING = "morning", "Morning"
    AFTERNOON = "afternoon", "Afternoon"
    EVENING = "evening", "Evening"


#: The hours of the wall clock, half-open.
HOURS: dict[DayPart, tuple[int, int]] = {
    DayPart.MORNING: (0, 12),
    DayPart.AFTERNOON: (12, 17),
    DayPart.EVENING: (17, 24),
}


def part_of(hour: int) -> DayPart:
    """The part of the day that an hour of the wall clock (0 to 23) lies in."""
    return next(part for part, (first, after) in HOURS.items() if first <= hour < after)
