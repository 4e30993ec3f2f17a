"""A million tokens that are not somebody's link open nothing."""

import itertools
import random
import secrets
import string
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client

from booking import feeds, links
from booking.enums import LinkPurpose
from booking.models import Appointment, AppointmentLink, TherapistCalendar, WaitingLink, WaitingPlace
from flexclinic.lib import clock as own_clock
from services.models import ServiceOption, Therapist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]
LETTERS = string.ascii_letters + string.digits + "-_"
ADDRESSES = [
    "/appointment/{}/",
    "/appointment/{}/calendar.ics",
    "/appointment/{}/move/",
    "/appointment/{}/move/anyone/2026-11-27T10:00/",
    "/appointment/{}/cancel/",
    "/appointment/{}/comfort/",
    "/appointment/{}/earlier/",
    "/waiting/{}/",
    "/offer/{}/",
    "/choose/{}/",
]


class Keys:
    """One link of each kind, made by the code that makes them."""

    def __init__(self, appointment: Appointment, place: WaitingPlace, calendar: TherapistCalendar) -> None:
        self.appointment = links.mint(appointment=appointment)
        self.offer = links.mint(appointment=appointment, purpose=LinkPurpose.OFFER)
        self.proposal = links.mint(appointment=appointment, purpose=LinkPurpose.PROPOSAL)
        self.place = links.mint_for_place(place=place)
        self.old_calendar = feeds.renew(calendar=calendar)
        self.calendar = feeds.renew(calendar=calendar)
        now = own_clock.now()
        self.expired, self.revoked = (links.mint(appointment=appointment) for _ in range(2))
        newest = AppointmentLink.objects.order_by("-pk")
        AppointmentLink.objects.filter(pk=newest[1].pk).update(expires_at=now)
        AppointmentLink.objects.filter(pk=newest[0].pk).update(revoked_at=now - timedelta(hours=1))
        self.expired_place = links.mint_for_place(place=place)
        WaitingLink.objects.filter(pk=WaitingLink.objects.latest("pk").pk).update(expires_at=now)

    @property
    def good(self) -> list[str]:
        """Those that open something, each for its own purpose."""
        return [self.appointment, self.offer, self.place, self.calendar, self.proposal]


@pytest.fixture
def keys(appointment: Appointment, option: ServiceOption, therapist: Therapist) -> Keys:
    today = own_clock.today()
    place = WaitingPlace.objects.create(
        option=option,
        name="Pat",
        email="pat@example.test",
        from_date=today,
        until_date=today + timedelta(days=9),
        joined_at=own_clock.now(),
    )
    return Keys(appointment, place, TherapistCalendar.objects.create(therapist=therapist))


def altered(token: str, chance: random.Random) -> str:
    """The token with one letter changed, left out, doubled or moved, or in another case."""
    at = chance.randrange(len(token))
    changes = [
        token[:at] + chance.choice(LETTERS) + token[at + 1 :],
        token[:at] + token[at + 1 :],
        token[:at] + token[at] + token[at:],
        token[1:] + token[0],
        token.swapcase(),
        token + "=",
        token + " ",
        token[::-1],
    ]
    return next(change for change in chance.sample(changes, len(changes)) if change != token)


#: Which door is tried how often.
DOOR_OF = ["appointment"] * 4 + ["offer"] * 3 + ["place"] * 3 + ["calendar"] + ["proposal"] * 2


def useless(keys: Keys, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Tokens without end, each with the door that it is tried at: guessed, altered, over, or for another door."""
    over = [keys.expired, keys.revoked, keys.expired_place, keys.old_calendar]
    doors = {
        "appointment": [keys.offer, keys.place, keys.calendar, keys.proposal],
        "offer": [keys.appointment, keys.place, keys.calendar, keys.proposal],
        "proposal": [keys.appointment, keys.offer, keys.place, keys.calendar],
        "place": [keys.appointment, keys.offer, keys.calendar],
        "calendar": [keys.appointment, keys.offer, keys.place],
    }
    for number in itertools.count():
        door = DOOR_OF[number % len(DOOR_OF)]
        match number % 5:
            case 0 | 1:
                yield door, secrets.token_urlsafe(32)
            case 2:
                yield door, altered(chance.choice(keys.good), chance)
            case 3:
                yield door, chance.choice(over)
            case _:
                yield door, chance.choice(doors[door])


DOORS: dict[str, Callable[[str], object]] = {
    "appointment": lambda token: links.look_up(token),
    "offer": lambda token: links.look_up(token, purpose=LinkPurpose.OFFER),
    "proposal": lambda token: links.look_up(token, purpose=LinkPurpose.PROPOSAL),
    "place": links.look_up_place,
    "calendar": feeds.look_up,
}


@pytest.mark.parametrize("count", [5_000, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_what_is_no_link_opens_nothing(keys: Keys, count: int) -> None:
    opened = [
        (door, token)
        for door, token in itertools.islice(useless(keys, random.Random(count)), count)
        if DOORS[door](token) is not None
    ]
    assert opened == []
    # Each door was open all the while, for what belongs there.
    for door, token in zip(("appointment", "offer", "place", "calendar", "proposal"), keys.good, strict=True):
        assert DOORS[door](token) is not None


@pytest.mark.parametrize("forgotten", ["purpose", "expires_at", "revoked_at"])
def test_without_a_condition_something_opens(
    keys: Keys, monkeypatch: pytest.MonkeyPatch, forgotten: str
) -> None:
    whole = links._OPENED_SQL
    without = {
        "purpose": "AND (purpose = %s OR true)",
        "expires_at": "AND (expires_at > %s OR true)",
        "revoked_at": "",
    }
    kept = {
        "purpose": "AND purpose = %s",
        "expires_at": "AND expires_at > %s",
        "revoked_at": "AND revoked_at IS NULL",
    }
    monkeypatch.setattr(links, "_OPENED_SQL", whole.replace(kept[forgotten], without[forgotten]))
    with pytest.raises(AssertionError):
        test_what_is_no_link_opens_nothing(keys, 5_000)


def test_every_address_answers_them_alike(patient: Client, keys: Keys) -> None:
    words = set()
    for _, token in itertools.islice(useless(keys, random.Random(1)), 60):
        for address in ADDRESSES:
            belongs = (address.startswith("/appointment/") and token == keys.appointment) or (
                address.startswith(("/offer/", "/waiting/")) and token in {keys.offer, keys.place}
            )
            if belongs or " " in token:
                continue
            answer = patient.get(address.format(token))
            assert answer.status_code == 404, address
            assert "no-store" in answer["Cache-Control"]
            words.add(answer.content.decode().count("<h1"))
    assert words == {1}
