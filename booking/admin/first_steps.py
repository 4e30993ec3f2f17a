"""What a clinic needs before its first booking: told from its own rows, step by step.

`facts` reads them in a fixed number of short queries; each step is a pure function of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from booking import trial
from booking.admin import wording
from booking.models import ClinicPolicy, Closure, FirstSteps, TherapistCalendar, WeeklyHours
from flexclinic.lib import clock, money
from services.models import Room, ServiceOption, Therapist

#: Who may set the clinic up sees the steps.
MAY = "booking.change_clinicpolicy"
#: The step that somebody ticks off, since reading leaves no trace.
MESSAGES = "How our messages read"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFact:
    """An option that can be booked: its price in words, and how many therapists that can be booked give it."""

    name: str
    price: str
    given_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapistFact:
    """A therapist that can be booked."""

    pk: int
    name: str
    gives: bool
    has_hours: bool
    has_calendar: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the clinic has."""

    clinic: dict[str, str]
    rooms: list[str]
    options: list[OptionFact]
    therapists: list[TherapistFact]
    closures: int
    policy_saved: bool
    messages_read: bool
    staff: int
    staff_without_second_factor: list[str]
    tested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what is there or missing, and the page where it is kept, for whom may open it (`needs`)."""

    title: str
    done: bool
    said: str
    page: str = ""
    needs: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """All steps, and where they stand."""

    steps: list[Step]
    hidden: bool

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.done for step in self.steps)

    @property
    def open(self) -> list[Step]:
        """Those that are not."""
        return [step for step in self.steps if not step.done]


def facts(row: FirstSteps) -> Facts:
    """What the clinic has. Seven queries, however much it is."""
    staff = User.objects.filter(is_staff=True, is_active=True).annotate(
        strong=Exists(
            Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
        )
    )
    people = list(staff.values_list("username", "strong"))
    therapists = Therapist.objects.filter(bookable=True).annotate(
        gives=Exists(ServiceOption.objects.filter(therapists=OuterRef("pk"), bookable=True)),
        has_hours=Exists(WeeklyHours.objects.filter(therapist=OuterRef("pk"))),
        has_calendar=Exists(
            TherapistCalendar.objects.filter(therapist=OuterRef("pk")).exclude(digest=None, email="")
        ),
    )
    options = (
        ServiceOption.objects.filter(bookable=True)
        .select_related("service")
        .annotate(givers=Count("therapists", filter=Q(therapists__bookable=True)))
    )
    return Facts(
        clinic=dict(settings.CLINIC),
        rooms=[str(room) for room in Room.objects.filter(in_use=True)],
        options=[
            OptionFact(
                name=str(each),
                price=money.format_price(each.price),
                given_by=each.givers,  # type: ignore[attr-defined]  # annotated
            )
            for each in options
        ],
        therapists=[
            TherapistFact(
                pk=each.pk,
                name=str(each),
                gives=each.gives,
                has_hours=each.has_hours,
                has_calendar=each.has_calendar,
            )
            for each in therapists
        ],
        closures=Closure.objects.filter(period__endswith__gt=clock.now()).count(),
        policy_saved=ClinicPolicy.objects.exists(),
        messages_read=row.messages_read_at is not None,
        staff=len(people),
        staff_without_second_factor=[name for name, strong in people if not strong],
        tested=trial.went_well(),
    )


def _those(names: list[str], *, most: int = 6) -> str:
    """Names in a row; of many, how many more."""
    shown = [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]
    return wording.listed(shown)


def clinic(found: Facts) -> Step:
    """Name, phone, address and emergency number are the clinic's own."""
    needed = {
        "phone": "CLINIC_PHONE",
        "email": "CLINIC_EMAIL",
        "street": "CLINIC_STREET",
        "city": "CLINIC_CITY",
        "emergency_number": "CLINIC_EMERGENCY_NUMBER",
    }
    missing = [setting for key, setting in needed.items() if not found.clinic.get(key)]
    example = found.clinic.get("email", "").endswith(".example")
    said = ", ".join(
        found.clinic[key] for key in ("name", "phone", "street", "city") if found.clinic.get(key)
    )
    said += f"; in an emergency {found.clinic.get('emergency_number') or 'no number'}."
    if missing:
        said += f" Missing: {wording.listed(missing)}."
    elif example:
        said += (
            " These are the example’s. Who looks after the server sets CLINIC_NAME, CLINIC_PHONE and so on."
        )
    return Step(title="The clinic’s name, phone and address", done=not missing and not example, said=said)


def rooms(found: Facts) -> Step:
    """There is a room."""
    said = f"In use: {_those(found.rooms)}." if found.rooms else "There are none yet."
    return Step(
        title="Rooms",
        done=bool(found.rooms),
        said=said,
        page=reverse("admin:services_room_changelist"),
        needs="services.view_room",
        link="Rooms",
    )


def therapists(found: Facts) -> Step:
    """Somebody can be booked, and everybody who can gives something."""
    idle = [each.name for each in found.therapists if not each.gives]
    if not found.therapists:
        said = "Nobody can be booked yet."
    elif idle:
        said = f"No option is ticked for {_those(idle)}."
    else:
        said = f"Can be booked: {_those([each.name for each in found.therapists])}."
    return Step(
        title="Therapists",
        done=bool(found.therapists) and not idle,
        said=said,
        page=reverse("admin:services_therapist_changelist"),
        needs="services.view_therapist",
        link="Therapists",
    )


def options(found: Facts) -> Step:
    """What is offered has somebody who gives it."""
    nobody = [each.name for each in found.options if not each.given_by]
    if not found.options:
        said = "Nothing can be booked yet."
    elif nobody:
        said = f"Nobody gives {_those(nobody)}."
    else:
        said = f"{_those([f'{each.name} ({each.price})' for each in found.options], most=4)}."
    return Step(
        title="What is offered, its price, and who gives it",
        done=bool(found.options) and not nobody,
        said=said,
        page=reverse("admin:services_serviceoption_changelist"),
        needs="services.view_serviceoption",
        link="Service options",
    )


def hours(found: Facts) -> Step:
    """Everybody who can be booked has weekly hours."""
    without = [each for each in found.therapists if not each.has_hours]
    page = (
        reverse("admin:booking_weeklyhours_week", args=[without[0].pk])
        if without
        else reverse("admin:booking_weeklyhours_changelist")
    )
    return Step(
        title="Weekly hours",
        done=bool(found.therapists) and not without,
        said=f"No hours yet: {_those([each.name for each in without])}."
        if without
        else ("Every therapist has some." if found.therapists else "There is nobody to have hours yet."),
        page=page,
        needs="booking.view_weeklyhours",
        link=f"Hours of {without[0].name}" if without else "Weekly hours",
    )


def closures(found: Facts) -> Step:
    """Some day that is to come is closed."""
    return Step(
        title="Public holidays and closures",
        done=found.closures > 0,
        said=f"{found.closures} to come." if found.closures else "None is to come. Tick the public holidays.",
        page=reverse("admin:booking_closure_holidays"),
        needs="booking.view_closure",
        link="Public holidays",
    )


def policy(found: Facts) -> Step:
    """Somebody has looked at the policy and saved it."""
    return Step(
        title="Booking policy",
        done=found.policy_saved,
        said="Saved." if found.policy_saved else "What came with the program holds. Read it, and press Save.",
        page=reverse("admin:booking_clinicpolicy_changelist"),
        needs="booking.view_clinicpolicy",
        link="Booking policy",
    )


def messages(found: Facts) -> Step:
    """Somebody has read what the clinic writes."""
    return Step(
        title=MESSAGES,
        done=found.messages_read,
        said="Read." if found.messages_read else "Read each of them once, then say so below.",
        page=reverse("admin:booking_notification_previews"),
        needs="booking.view_notification",
        link="Read the messages",
    )


def staff(found: Facts) -> Step:
    """Everybody who signs in has a second factor."""
    without = found.staff_without_second_factor
    return Step(
        title="Staff accounts with a second factor",
        done=found.staff > 0 and not without,
        said=f"{found.staff} account{'s' if found.staff != 1 else ''}. "
        + (f"A password alone: {_those(without)}." if without else "All have a second factor."),
        page=reverse("admin:auth_user_changelist"),
        needs="auth.view_user",
        link="Users",
    )


def calendars(found: Facts) -> Step:
    """Therapists get their day, by calendar or email."""
    without = [each.name for each in found.therapists if not each.has_calendar]
    return Step(
        title="Therapists’ calendars",
        done=bool(found.therapists) and not without,
        said=f"Nothing reaches {_those(without)} yet." if without else "Every therapist gets their day.",
        page=reverse("admin:booking_therapistcalendar_changelist"),
        needs="booking.view_therapistcalendar",
        link="Therapists’ calendars",
    )


def test_booking(found: Facts) -> Step:
    """A test booking went through."""
    return Step(
        title="A test booking",
        done=found.tested,
        said="One has gone through, and its message went out." if found.tested else "Not tried yet.",
        page=reverse("admin:first_steps") + "#test",
        needs=MAY,
        link="Try it",
    )


STEPS: list[Callable[[Facts], Step]] = [
    clinic,
    rooms,
    therapists,
    options,
    hours,
    closures,
    policy,
    messages,
    staff,
    calendars,
    test_booking,
]


def stored() -> FirstSteps:
    """The one row, which need not be saved yet. One query."""
    return FirstSteps.objects.first() or FirstSteps()


def progress(row: FirstSteps) -> Progress:
    """All steps as they stand."""
    found = facts(row)
    return Progress([step(found) for step in STEPS], row.hidden_at is not None)


def on_first_page(user: Any) -> Progress | None:
    """For the desk's first page: nothing for who may not set up, where it is hidden, or once all is done."""
    if not user.has_perm(MAY):
        return None
    row = stored()
    if row.hidden_at is not None:
        return None
    now = progress(row)
    return now if now.open else None
