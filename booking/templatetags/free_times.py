"""The first free times on a page of another app, with links that lead straight to the patient's details.

    {% load free_times %}
    {% first_times option %}                                  the next 3 with anyone
    {% first_times option therapist=therapist count=2 %}      with one person
    {% first_times option per_day=1 %}                        the first of each of the next days that have one
    {% first_times service %} {% first_times therapist %}     the same for each option of the service or the person

Each option costs two queries.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import template
from django.urls import reverse

from booking import availability
from booking.addresses import ANYONE, write_start
from booking.views.visit import FIRST, query
from flexclinic.lib import clock
from services.models import Service, ServiceOption, Therapist

register = template.Library()


@dataclass(frozen=True, slots=True)
class FirstTime:
    """A free start, and where it is booked."""

    moment: datetime
    url: str


@dataclass(frozen=True, slots=True)
class FirstTimes:
    """An option's first free starts, ascending, and the page with all of them."""

    option: ServiceOption
    times: list[FirstTime]
    all_url: str


def _options(of: ServiceOption | Service | Therapist) -> list[ServiceOption]:
    match of:
        case ServiceOption():
            return [of]
        case Service():
            return list(ServiceOption.objects.bookable().filter(service=of).select_related("service"))
        case Therapist():
            return list(ServiceOption.objects.bookable().filter(therapists=of).select_related("service"))


def first_free(
    *, option: ServiceOption, therapist: Therapist | None = None, count: int, per_day: int | None = None
) -> FirstTimes:
    """The first `count` free starts, at most `per_day` of a local date. Two queries."""
    found = availability.free_times(
        option=option,
        therapist=therapist,
        first_date=clock.today(),
        days=availability.LONGEST_WINDOW,
    )
    chosen = [start for starts in found.by_date().values() for start, _ in starts[:per_day]][:count]
    address = reverse("booking:details", args=[option.slug, therapist.slug if therapist else ANYONE, "0"])
    passed_on = query(FIRST if option.clientele == option.Clientele.NEW else "")
    all_times = reverse("booking:times", args=[option.slug])
    return FirstTimes(
        option=option,
        times=[
            FirstTime(
                datetime.fromtimestamp(start, UTC),
                f"{address.removesuffix('0/')}{write_start(found.zone, start)}/{passed_on}",
            )
            for start in chosen
        ],
        all_url=f"{all_times}?therapist={therapist.slug}" if therapist else all_times,
    )


@register.inclusion_tag("booking/_first_times.html", takes_context=True)
def first_times(
    context: template.Context,
    of: ServiceOption | Service | Therapist | None,
    therapist: Therapist | None = None,
    count: int = 3,
    per_day: int | None = None,
) -> dict[str, Any]:
    """The first free times of an option, or of each option of a service or of a therapist; nothing for None."""
    if isinstance(of, Therapist):
        therapist = of
    options = [] if of is None else _options(of)
    return {
        "found": [
            first_free(option=option, therapist=therapist, count=count, per_day=per_day) for option in options
        ],
        "named": len(options) > 1,
        "therapist": therapist,
        "clinic": context.get("clinic"),
    }
