"""The application of production that believes every start to be free with everybody, in every room.

With the constraints it is still exactly right, as they alone decide; without them it books twice.
"""

from datetime import datetime

from flexclinic.wsgi import application

__all__ = ["application"]

# After the line above has set Django up.
from booking import availability
from services.models import ServiceOption, Therapist


def _everything(
    *, option: ServiceOption, therapist: Therapist | None, start: datetime
) -> list[availability.Choice]:
    therapists = [therapist] if therapist else list(option.therapists.all())
    return [availability.Choice(who.pk, room.pk) for who in therapists for room in option.rooms.all()]


availability.choices_at = _everything  # type: ignore[assignment]
