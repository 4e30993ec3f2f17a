"""Addresses of the desk's pages that are no model's, with what they ask filled in."""

from datetime import date, datetime
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from booking import walltime
from booking.admin.start import written
from booking.fields import write_minute_of_day
from flexclinic.lib import clock
from services.models import Room, ServiceOption, Therapist


def to_book(
    *, option: ServiceOption, therapist: Therapist | None, start: datetime, room: Room | None = None
) -> str:
    """The page that books for a caller, with what, who, when and where filled in as far as they are known."""
    asked = {"option": option.pk, **_boxes(start)}
    asked |= {"therapist": therapist.pk} if therapist else {}
    asked |= {"room": room.pk} if room else {}
    return f"{reverse('admin:booking_appointment_add')}?{urlencode(asked)}"


def to_explain(*, option: ServiceOption, therapist: Therapist | None, start: datetime) -> str:
    """The page that says why a start is not free, with a therapist or (None) with anyone."""
    who = {"therapist": therapist.slug} if therapist else {}
    return f"{reverse('admin:why')}?{urlencode({'option': option.slug, **who, **_boxes(start)})}"


def to_board(*, day: date | None = None, option: ServiceOption | None = None) -> str:
    """The board of a date (None: of today)."""
    asked = {"date": day.isoformat()} if day else {}
    asked |= {"option": option.slug} if option else {}
    address = reverse("admin:board")
    return f"{address}?{urlencode(asked)}" if asked else address


def back_to_board(narrowed: str) -> str:
    """The board as it was when somebody pressed a button on it; `narrowed` is the query of its address."""
    asked = QueryDict(narrowed).urlencode()
    return f"{reverse('admin:board')}?{asked}" if asked else reverse("admin:board")


def _boxes(start: datetime) -> dict[str, str]:
    """A start as the boxes of `StartForm`: date, time, and which of two where the clock shows it twice."""
    day, minute = written(start)
    boxes = {"date": day.isoformat(), "time": write_minute_of_day(minute)}
    wall = datetime.combine(day, datetime.min.time()).replace(hour=minute // 60, minute=minute % 60)
    if len(walltime.instants_of(clock.clinic_zone(), wall)) > 1:
        boxes["which"] = str(walltime.instant_of(start))
    return boxes
