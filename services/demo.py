"""What the demo offers and explains, loaded from files that an editor could write: `demo_content/`."""

import datetime
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from blog.demo import write_blocks
from blog.models import Post
from blog.publishing import State
from services import map_demo
from services.models import CONDITION_BLOCKS, Condition, Muscle, Room, Service, ServiceOption, Therapist

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


def condition_files() -> list[dict[str, Any]]:
    """What the files of `demo_content/conditions/` say, in the order of their names."""
    return [_read(f"conditions/{file.name}") for file in sorted((FOLDER / "conditions").glob("*.toml"))]


def muscle_files() -> list[dict[str, Any]]:
    """What the files of `demo_content/muscles/` say, in the order of their names."""
    return [_read(f"muscles/{file.name}") for file in sorted((FOLDER / "muscles").glob("*.toml"))]


@transaction.atomic
def seed(*, at: datetime.datetime) -> int:
    """Create what is missing of the demo's offer, people, conditions and muscles; give the number of new rows.

    What is there stays as it is. A service whose address was changed is known by its options, a condition by its
    abbreviation, a muscle by its anatomical name. Pages go live as of 30 days before the aware instant `at`.
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
    new += _seed_library(at=at)
    return new + map_demo.seed(published=at - _PUBLISHED)


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


def _seed_library(*, at: datetime.datetime) -> int:
    """Conditions first, then what points at them: conditions that are related, and muscles."""
    made = {
        data["slug"]: _create_condition(data, at=at)
        for data in condition_files()
        if not Condition.objects.filter(Q(slug=data["slug"]) | Q(abbreviation=data["abbreviation"])).exists()
    }
    for data in condition_files():
        if data["slug"] in made:
            made[data["slug"]].related.add(*Condition.objects.filter(slug__in=data["related"]))
    new = len(made)
    for data in muscle_files():
        if not Muscle.objects.filter(
            Q(slug=data["slug"]) | Q(anatomical_name=data["anatomical_name"])
        ).exists():
            _create_muscle(data, at=at)
            new += 1
    return new


def _create_condition(data: dict[str, Any], *, at: datetime.datetime) -> Condition:
    named = ("medical_term", "abbreviation", "certainty", "finding", "position", "sources")
    condition = Condition(
        **_page({"drawing": "", **data}, at=at),
        **{name: data[name] for name in named},
        other_names="\n".join(data["other_names"]),
        option=ServiceOption.objects.filter(slug=data["option"]).first(),
    )
    condition.full_clean()
    condition.save()
    for region in Condition.regions:
        blocks = [
            {name: value for name, value in block.items() if name != "region"}
            for block in data["blocks"]
            if block["region"] == region.key
        ]
        write_blocks(condition, blocks, kinds=CONDITION_BLOCKS, region=region.key)
    condition.posts.set(Post.objects.filter(slug__in=data["posts"]))
    return condition


def _create_muscle(data: dict[str, Any], *, at: datetime.datetime) -> None:
    page = _page({"drawing": "", **data}, at=at)
    del page["drawing"]
    own = {name: value for name, value in data.items() if name not in {*page, "conditions"}}
    muscle = Muscle(**page, **{name: _text(value) for name, value in own.items()})
    muscle.full_clean()
    muscle.save()
    muscle.conditions.set(Condition.objects.filter(slug__in=data["conditions"]))


def _text(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
