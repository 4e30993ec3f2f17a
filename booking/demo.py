"""The demo clinic's hours, closures and visits, from `demo_content/diary.toml`."""

import datetime
import tomllib
import uuid
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from booking import availability, lifecycle, waitlist
from booking.day_parts import DayPart
from booking.enums import Actor
from booking.fields import parse_minute_of_day
from booking.models import Appointment, ClinicPolicy, Closure, Hold, TimeOff, WeeklyHours, WorkingDay
from flexclinic.lib import clock
from services.models import Room, ServiceOption, Therapist

FILE = Path(__file__).resolve().parent / "demo_content" / "diary.toml"

#: How far back and ahead visits are looked for, in local dates.
_WINDOW = 35

_KEYS = uuid.UUID("5b8f0c52-8a4e-4c39-9d6b-0f4a1d3d5a10")


def diary() -> dict[str, Any]:
    """What the file says."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@transaction.atomic
def seed(*, at: datetime.datetime, user: User | None = None) -> int:
    """Create what is missing of the demo's diary, as of the aware instant `at`; give the number of new visits.

    Hours, time off, holds and limits are written only for a therapist who has no hours, closures only where there is
    none at all, and a visit only once. `user` acts for the desk. A visit that finds no room in the diary is left out.
    """
    data = diary()
    ClinicPolicy.objects.get_or_create(
        pk=1, defaults={"lead_minutes": 120, "horizon_days": 60, "step_minutes": 15}
    )
    today = at.astimezone(clock.clinic_zone()).date()
    therapists = {therapist.slug: therapist for therapist in Therapist.objects.filter(slug__in=data["hours"])}
    for slug, therapist in therapists.items():
        if not WeeklyHours.objects.filter(therapist=therapist).exists():
            _create_hours(therapist, data["hours"][slug]["weekly"], today)
            own = [entry for entry in data["time_off"] if entry["therapist"] == slug]
            _create_time_off(therapist, own, today)
            _create_holds(therapist, [entry for entry in data["holds"] if entry["therapist"] == slug], today)
            if slug in data["days"]:
                _create_working_day(therapist, data["days"][slug])
    if not Closure.objects.exists():
        for entry in data["closures"]:
            day = _next_date(entry, today)
            Closure.objects.create(name=entry["name"], period=_wall_range(day, "00:00", "24:00"))
    keys = {entry["key"]: uuid.uuid5(_KEYS, entry["key"]) for entry in data["visits"]}
    there = set(
        Appointment.objects.filter(request_key__in=keys.values()).values_list("request_key", flat=True)
    )
    made = sum(
        _create_visit(entry, request_key=keys[entry["key"]], therapists=therapists, at=at, user=user)
        for entry in data["visits"]
        if keys[entry["key"]] not in there
    )
    for entry in data["waiting"]:
        _create_place(entry, keys=keys, today=today)
    return made


def _create_place(entry: dict[str, Any], *, keys: dict[str, uuid.UUID], today: datetime.date) -> None:
    """A place on the waiting list, once; none where its option or its visit is missing or over."""
    visit = None
    if "visit" in entry:
        visit = Appointment.objects.filter(request_key=keys[entry["visit"]]).first()
    option = visit.option if visit else ServiceOption.objects.filter(slug=entry.get("option", "")).first()
    if option is None or (
        visit and (visit.status not in waitlist.MAY_BE_GIVEN_UP or visit.starts_at <= clock.now())
    ):
        return
    waitlist.join(
        option=option,
        wishes=waitlist.Wishes(
            therapists=list(Therapist.objects.filter(slug__in=entry.get("therapists", ()))),
            weekdays=entry["weekdays"],
            parts=[DayPart(part) for part in entry["parts"]],
            from_date=today,
            until_date=today + datetime.timedelta(weeks=entry["weeks"]),
        ),
        request_key=uuid.uuid5(_KEYS, entry["key"]),
        contact=None
        if visit
        else lifecycle.Contact(
            name=entry["name"], email=entry["email"], phone=entry["phone"], consent_version="demo"
        ),
        appointment=visit,
    )


def _monday_of(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())


def _create_hours(therapist: Therapist, weekly: list[dict[str, Any]], today: datetime.date) -> None:
    for entry in weekly:
        every = entry.get("every", 1)
        for start, end in entry["stretches"]:
            hours = WeeklyHours(
                therapist=therapist,
                weekday=entry["weekday"],
                start=parse_minute_of_day(start),
                end=parse_minute_of_day(end),
                every=every,
                # Counted so that the week after this one is a week with hours.
                valid_from=_monday_of(today) - datetime.timedelta(weeks=4 * every - 1) if every > 1 else None,
            )
            hours.full_clean()
            hours.save()


def _create_time_off(therapist: Therapist, entries: list[dict[str, Any]], today: datetime.date) -> None:
    for entry in entries:
        TimeOff.objects.create(therapist=therapist, period=_period(entry, today), note=entry["note"])


def _create_holds(therapist: Therapist, entries: list[dict[str, Any]], today: datetime.date) -> None:
    for entry in entries:
        Hold.objects.create(therapist=therapist, period=_period(entry, today), note=entry["note"])


def _create_working_day(therapist: Therapist, entry: dict[str, Any]) -> None:
    limits = WorkingDay(
        therapist=therapist,
        most_visits=entry.get("most_visits"),
        break_minutes=entry.get("break_minutes"),
        break_from=parse_minute_of_day(entry["break_from"]) if "break_from" in entry else None,
        break_until=parse_minute_of_day(entry["break_until"]) if "break_until" in entry else None,
    )
    limits.full_clean()
    limits.save()


def _period(entry: dict[str, Any], today: datetime.date) -> DateTimeTZRange:
    """The entry's times on its day, counted from the Monday of this week."""
    day = _monday_of(today) + datetime.timedelta(weeks=entry["week"], days=entry["weekday"])
    return _wall_range(day, entry["start"], entry["end"])


def _wall_time(day: datetime.date, minutes: int) -> datetime.datetime:
    """The instant at which the clinic's clock shows that many minutes since the date's midnight (1440: the next)."""
    return datetime.datetime.combine(
        day + datetime.timedelta(days=minutes // 1440),
        datetime.time(minutes % 1440 // 60, minutes % 60),
        clock.clinic_zone(),
    )


def _wall_range(day: datetime.date, start: str, end: str) -> DateTimeTZRange:
    return DateTimeTZRange(
        _wall_time(day, parse_minute_of_day(start)), _wall_time(day, parse_minute_of_day(end)), "[)"
    )


def _next_date(entry: dict[str, Any], today: datetime.date) -> datetime.date:
    """The next date, today included, that the entry means: a day of a month, or the n-th weekday of a month."""
    for year in (today.year, today.year + 1):
        first = datetime.date(year, entry["month"], 1)
        if "day" in entry:
            found = first.replace(day=entry["day"])
        else:
            days = (entry["weekday"] - first.weekday()) % 7 + 7 * (entry["nth"] - 1)
            found = first + datetime.timedelta(days=days)
        if found >= today:
            break
    return found


def _create_visit(
    entry: dict[str, Any],
    *,
    request_key: uuid.UUID,
    therapists: dict[str, Therapist],
    at: datetime.datetime,
    user: User | None,
) -> bool:
    """Book as the website or, for the past, as the desk would, and do what has happened since. Says if it did."""
    option = ServiceOption.objects.filter(slug=entry["option"]).first()
    therapist = therapists.get(entry["therapist"]) if "therapist" in entry else None
    if option is None or ("therapist" in entry and therapist is None):
        return False
    start = _start(entry, option=option, therapist=therapist, at=at)
    if start is None:
        return False
    contact = lifecycle.Contact(
        name=entry["name"],
        email=entry.get("email", ""),
        phone=entry["phone"],
        first_visit=entry.get("first_visit", False),
        note=entry.get("note", ""),
        consent_version="demo",
    )
    if start > at:
        appointment = lifecycle.request(
            option=option, therapist=therapist, start=start, contact=contact, request_key=request_key
        )
    else:
        appointment = _book_in_the_past(
            option=option,
            therapist=therapist,
            start=start,
            contact=contact,
            user=user,
            request_key=request_key,
        )
    for action in entry["then"]:
        appointment = _act(action, appointment, user)
    _long_ago(appointment)
    return True


def _long_ago(appointment: Appointment) -> None:
    """What was done is over: nobody undoes it, and who came in the past came in time."""
    appointment.events.update(undo_until=None)
    if appointment.arrived_at and appointment.starts_at < appointment.arrived_at:
        came = appointment.starts_at - datetime.timedelta(minutes=4)
        Appointment.objects.filter(pk=appointment.pk).update(arrived_at=came)


def _start(
    entry: dict[str, Any], *, option: ServiceOption, therapist: Therapist | None, at: datetime.datetime
) -> datetime.datetime | None:
    """The free start nearest to the wished time on the `day`-th date that has one; before `at` for negative days."""
    back = entry["day"] < 0
    since = at - datetime.timedelta(days=_WINDOW) if back else at
    zone = clock.clinic_zone()
    first = since.astimezone(zone).date() + datetime.timedelta(days=1)
    days = _WINDOW - 1 if back else _WINDOW
    found = availability.free_times(
        option=option, therapist=therapist, first_date=first, days=days, now=since
    )
    dates = list(found.by_date().values())
    place = entry["day"] if back else entry["day"] - 1
    if not -len(dates) <= place < len(dates):
        return None
    starts = [datetime.datetime.fromtimestamp(start, zone) for start, _ in dates[place]]
    wished = parse_minute_of_day(entry["near"])
    return min(starts, key=lambda start: abs(start.hour * 60 + start.minute - wished))


def _book_in_the_past(
    *,
    option: ServiceOption,
    therapist: Therapist | None,
    start: datetime.datetime,
    contact: lifecycle.Contact,
    user: User | None,
    request_key: uuid.UUID,
) -> Appointment:
    before = start - datetime.timedelta(days=1)
    choice = availability.choices_at(option=option, therapist=therapist, start=start, now=before)[0]
    return lifecycle.book(
        option=option,
        therapist=Therapist.objects.get(pk=choice.therapist_id),
        room=Room.objects.get(pk=choice.room_id) if choice.room_id else None,
        start=start,
        contact=contact,
        user=user,
        request_key=request_key,
    )


def _act(action: str, appointment: Appointment, user: User | None) -> Appointment:
    match action:
        case "confirm":
            return lifecycle.confirm(appointment=appointment, user=user)
        case "decline":
            return lifecycle.decline(appointment=appointment, user=user)
        case "cancel":
            return lifecycle.cancel(appointment=appointment, actor=Actor.DESK, user=user)
        case "arrive":
            return lifecycle.arrive(appointment=appointment, user=user)
        case "complete":
            return lifecycle.complete(appointment=appointment, user=user)
        case "no_show":
            return lifecycle.no_show(appointment=appointment, user=user)
    raise ValueError(f"a demo visit has an unknown action: {action!r}")
