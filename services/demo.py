"""The demo's services, rooms and therapists, loaded from files that an editor could write: `demo_content/`."""

import datetime
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from blog.publishing import State
from services.models import Room, Service, ServiceOption, Therapist

FOLDER = Path(__file__).resolve().parent / "demo_content"

#: Pages show as if they had been published that long ago.
_PUBLISHED = datetime.timedelta(days=30)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def service_files() -> list[dict[str, Any]]:
    """What the files of `demo_content/services/` say, in the order of their names."""
    return [_read(f"services/{file.name}") for file in sorted((FOLDER / "services").glob("*.toml"))]


def therapist_entries() -> list[dict[str, Any]]:
    """What `demo_content/therapists.toml` says, in the clinic's order."""
    entries: list[dict[str, Any]] = _read("therapists.toml")["therapists"]
    return entries


@transaction.atomic
def seed(*, at: datetime.datetime) -> int:
    """Create what is missing of the demo's rooms, services, options and therapists; give the number of new rows.

    What is there stays as it is. A service whose address was changed is known by its options. Pages go live as of
    30 days before the aware instant `at`.
    """
    new = 0
    for data in _read("rooms.toml")["rooms"]:
        _, created = Room.objects.get_or_create(slug=data["slug"], defaults=data)
        new += created
    for position, data in enumerate(service_files(), start=1):
        new += _seed_service(data, position=10 * position, at=at)
    for position, data in enumerate(therapist_entries(), start=1):
        if not Therapist.objects.filter(slug=data["slug"]).exists():
            _create_therapist(data, position=10 * position, at=at)
            new += 1
    return new


def _seed_service(data: dict[str, Any], *, position: int, at: datetime.datetime) -> int:
    slugs = [option["slug"] for option in data["options"]]
    service = (
        Service.objects.filter(slug=data["slug"]).first()
        or Service.objects.filter(options__slug__in=slugs).first()
    )
    new = 0
    if service is None:
        service = Service(
            **_page(data, at=at),
            body=data["body"].strip(),
            position=position,
        )
        service.full_clean()
        service.save()
        new += 1
    for place, option in enumerate(data["options"], start=1):
        if not ServiceOption.objects.filter(slug=option["slug"]).exists():
            _create_option(option, service=service, position=10 * place)
            new += 1
    return new


def _page(data: dict[str, Any], *, at: datetime.datetime) -> dict[str, Any]:
    """What every page has: its words, its drawing, and its moment."""
    return {
        **{name: data[name] for name in ("slug", "title", "summary", "drawing")},
        "seo_description": data.get("seo_description", ""),
        "state": State.LIVE,
        "publish_at": at - _PUBLISHED,
    }


def _create_option(data: dict[str, Any], *, service: Service, position: int) -> None:
    fields = {name: value for name, value in data.items() if name not in {"rooms", "price"}}
    option = ServiceOption(**fields, price=Decimal(data["price"]), service=service, position=position)
    option.full_clean()
    option.save()
    option.rooms.set(Room.objects.filter(slug__in=data["rooms"]))


def _create_therapist(data: dict[str, Any], *, position: int, at: datetime.datetime) -> None:
    therapist = Therapist(**_page(data, at=at), role=data["role"], bio=data["bio"].strip(), position=position)
    therapist.full_clean()
    therapist.save()
    therapist.options.set(ServiceOption.objects.filter(slug__in=data["options"]))
