"""What a patient's page shows besides the record: how they stand, what happened, what was told, what is remembered.

Everything comes through `booking.sight`: a therapist finds their own visits, and the notes that are for them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q

from booking import comfort, consent, duplicates, sight, wishes
from booking.admin import audit
from booking.admin.for_the_visit import safety_in_words
from booking.admin.timeline import Line, of_many
from booking.duplicates import Pair
from booking.enums import OPEN, AppointmentStatus
from booking.models import (
    Appointment,
    AuditEntry,
    ComfortPreferences,
    Notification,
    Patient,
    PatientMerge,
    PatientNote,
    WaitingPlace,
)
from flexclinic.lib import clock

Staff = AbstractUser | AnonymousUser

#: So many visits with all that happened to them are on one page.
VISITS_A_PAGE = 10
#: So many of the latest looks and changes are shown to the manager.
LOOKS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """How somebody stands with the clinic, in numbers; `last` and `next` are visits."""

    visits: int
    came: int
    no_shows: int
    cancelled: int
    last: Appointment | None
    next: Appointment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One visit, with what happened to it and what was told, oldest first."""

    visit: Appointment
    lines: list[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """One wording that was agreed to, and when last."""

    version: str
    text: str
    at: datetime | None


def of_patient(user: Staff, patient: Patient, *, page: str = "") -> dict[str, Any]:
    """The page's parts for a reader. At most 16 queries, however long the history is."""
    visits = sight.seen(user, Appointment.objects.filter(patient=patient))
    number = Paginator(
        visits.select_related("option__service", "therapist", "room").order_by("-starts_at", "-pk"),
        VISITS_A_PAGE,
    ).get_page(page)
    everybody = sight.sees_everybody(user)
    told = sight.seen(user, ComfortPreferences.objects.filter(appointment__patient=patient))
    preferences = told.select_related("appointment").order_by("-updated_at", "-pk").first()
    checked = visits.exclude(safety_outcome="").order_by("-safety_at", "-pk").first()
    return {
        "glance": _glance(visits),
        "page": number,
        "happened": _happened(list(number)),
        "comfort": comfort.in_words(preferences),
        "comfort_from": preferences.appointment.starts_at if preferences else None,
        "safety": safety_in_words(checked) if checked else "",
        "agreed": _agreed(visits),
        "places": _places(user, patient),
        "notes": list(
            sight.seen(user, PatientNote.objects.filter(patient=patient))
            .select_related("author")
            .order_by("-at", "-pk")
        ),
        "merges": list(
            PatientMerge.objects.filter(kept_id=patient.pk, undone_at=None)
            .select_related("user")
            .order_by("-at")
        )
        if everybody
        else [],
        "alike": _alike(patient) if user.has_perm("booking.merge_patient") and everybody else [],
        "looks": _looks(patient, visits) if everybody and user.has_perm("booking.view_auditentry") else None,
        "sees_everybody": everybody,
    }


def _glance(visits: Any) -> Glance:
    now = clock.now()
    counted = visits.aggregate(
        visits=Count("pk"),
        came=Count("pk", filter=Q(status__in=(AppointmentStatus.ARRIVED, AppointmentStatus.COMPLETED))),
        no_shows=Count("pk", filter=Q(status=AppointmentStatus.NO_SHOW)),
        cancelled=Count("pk", filter=Q(status=AppointmentStatus.CANCELLED)),
    )
    rows = visits.select_related("option__service", "therapist")
    happened = rows.filter(starts_at__lte=now).exclude(
        status__in=(AppointmentStatus.CANCELLED, AppointmentStatus.DECLINED, AppointmentStatus.EXPIRED)
    )
    return Glance(
        **counted,
        last=happened.order_by("-starts_at").first(),
        next=rows.filter(starts_at__gt=now, status__in=OPEN).order_by("starts_at").first(),
    )


def _happened(visits: list[Appointment]) -> list[Happened]:
    told = Notification.objects.filter(appointment__in=[visit.pk for visit in visits])
    lines = of_many(visits, told.order_by("created_at", "pk")) if visits else {}
    return [Happened(visit=visit, lines=lines[visit.pk]) for visit in visits]


def _agreed(visits: Any) -> list[Agreed]:
    rows = visits.exclude(consent_version="").values_list("consent_version").annotate(at=Max("consented_at"))
    return [
        Agreed(version=version, text=consent.text_of(version), at=at) for version, at in rows.order_by("-at")
    ]


def _places(user: Staff, patient: Patient) -> list[tuple[WaitingPlace, str]]:
    """Places of their visits, those that led to one, and those in their name with their address or number."""
    contact = Q(email__iexact=patient.email) if patient.email else Q(pk__in=())
    if patient.phone:
        contact |= Q(phone=str(patient.phone))
    theirs = Q(appointment__patient=patient) | Q(offers__appointment__patient=patient)
    theirs |= Q(appointment=None, name__iexact=patient.name) & contact
    found = sight.seen(user, WaitingPlace.objects.filter(theirs)).distinct()
    rows = found.select_related("option__service", "appointment").prefetch_related("therapists")
    return [
        (place, "; ".join(value for _, value in wishes.in_words(place)))
        for place in rows.order_by("-joined_at", "-pk")
    ]


def _alike(patient: Patient) -> list[tuple[Patient, Pair]]:
    """The other record of each likely pair."""
    return [
        (pair.second if pair.first.pk == patient.pk else pair.first, pair)
        for pair in duplicates.of_one(patient)
    ]


def _looks(patient: Patient, visits: Any) -> list[AuditEntry]:
    found = audit.about(
        AuditEntry.objects.all(), patients=[patient.pk], appointments=visits.values_list("pk", flat=True)
    )
    entries = list(found[:LOOKS])
    audit.name_people(entries)
    return entries
