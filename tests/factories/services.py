"""What the clinic offers, made for a test. Every argument has a default that fits the others."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from blog.publishing import State
from services.models import Condition, Muscle, Room, Service, ServiceOption, Therapist

_numbers = itertools.count(1)
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make_service(*, title: str = "Neuromuscular massage", slug: str = "", **fields: Any) -> Service:
    """A service whose page is live."""
    return Service.objects.create(
        **{
            "title": title,
            "slug": slug or f"service-{next(_numbers)}",
            "summary": "Slow, firm pressure on tender spots.",
            "state": State.LIVE,
            "publish_at": _LONG_AGO,
            **fields,
        }
    )


def make_room(*, name: str = "", slug: str = "", in_use: bool = True) -> Room:
    """A room; no option is given in it yet."""
    number = next(_numbers)
    return Room.objects.create(name=name or f"Room {number}", slug=slug or f"room-{number}", in_use=in_use)


def make_option(
    *,
    service: Service | None = None,
    name: str = "",
    slug: str = "",
    minutes: int = 60,
    price: Decimal | int = 95,
    buffer_before: int = 0,
    buffer_after: int = 15,
    booking: str = ServiceOption.Booking.REQUEST,
    rooms: Iterable[Room] = (),
    **fields: Any,
) -> ServiceOption:
    """An hour on request with 15 minutes after it that stay free. It needs no room unless some are given."""
    option = ServiceOption.objects.create(
        service=service or make_service(),
        name=name or f"{minutes} minutes",
        slug=slug or f"option-{next(_numbers)}",
        minutes=minutes,
        price=Decimal(price),
        buffer_before=buffer_before,
        buffer_after=buffer_after,
        booking=booking,
        **fields,
    )
    option.rooms.set(rooms)
    return option


def make_therapist(
    *, name: str = "", slug: str = "", options: Iterable[ServiceOption] = (), **fields: Any
) -> Therapist:
    """A therapist whose page is live and who gives `options`; without hours yet."""
    number = next(_numbers)
    therapist = Therapist.objects.create(
        **{
            "title": name or f"Therapist {number}",
            "slug": slug or f"therapist-{number}",
            "summary": "Made up for a test.",
            "state": State.LIVE,
            "publish_at": _LONG_AGO,
            **fields,
        }
    )
    therapist.options.set(options)
    return therapist


def make_condition(*, title: str = "Heel pain", slug: str = "", **fields: Any) -> Condition:
    """A condition whose page is live; without blocks and without an option."""
    return Condition.objects.create(
        **{
            "title": title,
            "slug": slug or f"condition-{next(_numbers)}",
            "summary": "A sore place under the heel.",
            "state": State.LIVE,
            "publish_at": _LONG_AGO,
            **fields,
        }
    )


def make_muscle(
    *, title: str = "Calf muscle", slug: str = "", conditions: Iterable[Condition] = (), **fields: Any
) -> Muscle:
    """A muscle whose page is live."""
    muscle = Muscle.objects.create(
        **{
            "title": title,
            "slug": slug or f"muscle-{next(_numbers)}",
            "summary": "A tender spot high in the calf.",
            "anatomical_name": "gastrocnemius",
            "region": "calf",
            "point": "High in the calf.",
            "referral": "The instep.",
            "work": "It lifts the heel.",
            "state": State.LIVE,
            "publish_at": _LONG_AGO,
            **fields,
        }
    )
    muscle.conditions.set(conditions)
    return muscle
