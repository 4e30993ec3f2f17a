"""All that the clinic keeps about one person, as plain data: for them to read, and for a machine.

Everything is worded as JSON takes it. Instants are ISO 8601 with the clinic's offset; what is empty is left out.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from booking import belonging, comfort, consent, wishes
from booking.belonging import Belongings
from booking.models import (
    Appointment,
    AppointmentEvent,
    AuditEntry,
    ComfortPreferences,
    Notification,
    Patient,
    PatientMerge,
    WaitingPlace,
)
from flexclinic.lib import clock, when

Row = dict[str, Any]


def collect(patient: Patient, *, with_audit: bool) -> dict[str, Any]:
    """The parts of the export by their names. `with_audit`: also who looked at them and who changed what.

    A dozen queries, however much there is.
    """
    theirs = belonging.of_patient(patient.pk)
    found: dict[str, Any] = {
        "made_at": _instant(clock.now()),
        "record": _row(
            name=patient.name,
            phone=str(patient.phone),
            email=patient.email,
            note=patient.note,
            made_at=_instant(patient.created_at),
        ),
        "notes": [
            _row(
                at=_instant(note.at),
                written_by=_account(note.author),
                read_by=note.get_audience_display(),
                text=note.text,
            )
            for note in patient.notes.select_related("author").order_by("at", "pk")
        ],
        "merged_records": [
            _row(at=_instant(merge.at), by=_account(merge.user), **merge.gone)
            for merge in PatientMerge.objects.filter(
                gone_id__in=theirs.patients, undone_at=None
            ).select_related("user")
        ],
        "visits": _visits(theirs),
        "messages": _messages(theirs),
        "waiting_list": _places(theirs),
    }
    if with_audit:
        found["who_looked_and_who_changed"] = _audit(theirs)
    return found


def _visits(theirs: Belongings) -> list[Row]:
    visits = Appointment.objects.filter(pk__in=theirs.appointments).select_related(
        "option__service", "therapist", "room"
    )
    told = {
        row.appointment_id: comfort.in_words(row)
        for row in ComfortPreferences.objects.filter(appointment__in=theirs.appointments)
    }
    events: dict[int, list[Row]] = {}
    rows = AppointmentEvent.objects.filter(appointment__in=theirs.appointments)
    for event in rows.select_related("user", "therapist", "room").order_by("at", "pk"):
        events.setdefault(event.appointment_id, []).append(
            _row(
                at=_instant(event.at),
                what=event.action,
                by=_account(event.user) or event.get_actor_display(),
                status=event.get_to_status_display(),
                starts_at=_instant(event.visit.lower),
                therapist=event.therapist.name,
                room=str(event.room or ""),
            )
        )
    return [
        _row(
            reference=visit.reference,
            status=visit.get_status_display(),
            what=f"{visit.option.service.title}: {visit.option.name}",
            therapist=visit.therapist.name,
            room=str(visit.room or ""),
            starts_at=_instant(visit.starts_at),
            ends_at=_instant(visit.ends_at),
            price=str(visit.price),
            name=visit.name,
            email=visit.email,
            phone=visit.phone,
            note=visit.note,
            first_visit="yes" if visit.first_visit else "no",
            booked_at=_instant(visit.created_at),
            came_from=visit.get_source_display(),
            arrived_at=_instant(visit.arrived_at),
            went_to_the_room_at=_instant(visit.in_room_at),
            comfort_preferences=told.get(visit.pk, ""),
            linked_to_the_record="no" if visit.pk in theirs.alike else "yes",
            **_agreed(visit),
            what_happened=events.get(visit.pk, []),
        )
        for visit in visits.order_by("starts_at", "pk")
    ]


def _messages(theirs: Belongings) -> list[Row]:
    about = Q(appointment__in=theirs.appointments) | Q(place__in=theirs.places)
    rows: QuerySet[Notification] = Notification.objects.filter(about).select_related(
        "appointment", "place__appointment"
    )
    return [
        _row(
            written_at=_instant(message.created_at),
            what=message.get_kind_display(),
            about=str(message.about),
            # An address is kept with the appointment or the place, not with each message.
            to=message.contact.email,
            state=message.get_status_display(),
            sent_at=_instant(message.sent_at),
            problem=message.last_error,
        )
        for message in rows.order_by("created_at", "pk")
    ]


def _places(theirs: Belongings) -> list[Row]:
    places = WaitingPlace.objects.filter(pk__in=theirs.places).select_related(
        "option__service", "appointment", "added_by"
    )
    return [
        _row(
            reference=place.reference,
            joined_at=_instant(place.joined_at),
            put_on_the_list_by=_account(place.added_by),
            state=place.get_state_display(),
            why_it_ended=place.get_ended_why_display() if place.ended_why else "",
            name=place.name,
            email=place.email,
            phone=place.phone,
            would_give_up=str(place.appointment or ""),
            waits_for="; ".join(f"{name}: {value}" for name, value in wishes.in_words(place)),
            **_agreed(place),
            times_offered=[
                _row(
                    at=_instant(offer.offered_at),
                    starts_at=_instant(offer.appointment.starts_at),
                    answer=offer.get_state_display(),
                )
                for offer in place.offers.all()
            ],
        )
        for place in places.prefetch_related("therapists", "offers__appointment").order_by("joined_at", "pk")
    ]


def _audit(theirs: Belongings) -> list[Row]:
    about = (
        Q(patient_ids__overlap=list(theirs.patients))
        | Q(appointment_ids__overlap=list(theirs.appointments))
        | Q(place_ids__overlap=list(theirs.places))
    )
    entries = list(AuditEntry.objects.filter(about).order_by("pk"))
    users = User.objects.in_bulk({entry.user_id for entry in entries if entry.user_id})
    return [
        _row(
            at=_instant(entry.at),
            who=_account(users.get(entry.user_id or 0)) or entry.actor,
            what=entry.get_what_display(),
            about=entry.about,
            page=entry.page,
            # A page may show many people; a change is of this one alone.
            changes=entry.changes,
        )
        for entry in entries
    ]


def _agreed(row: Appointment | WaitingPlace) -> Row:
    """The consent by its words, and how the safety check ended."""
    return {
        "agreed_at": _instant(row.consented_at),
        "agreed_to": consent.text_of(row.consent_version),
        "wording": row.consent_version,
        "safety_check": row.get_safety_outcome_display() if row.safety_outcome else "",
        "safety_check_at": _instant(row.safety_at),
    }


def _row(**values: Any) -> Row:
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


def _instant(moment: datetime | None) -> str:
    return when.in_clinic_zone(moment).isoformat(timespec="seconds") if moment else ""


def _account(user: Any) -> str:
    return str(user.get_full_name() or user.get_username()) if user else ""


# The same as words


def as_lines(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Names in words with their values, for a page: a value is text, or a list of such lists."""
    return [(name.replace("_", " ").capitalize(), _value(name, value)) for name, value in found.items()]


def _value(name: str, value: Any) -> Any:
    if isinstance(value, str) and value and (name == "at" or name.endswith("_at")):
        return when.format_date_time(datetime.fromisoformat(value))
    if isinstance(value, Mapping):
        return [as_lines(value)]
    if isinstance(value, Iterable) and not isinstance(value, str):
        parts = list(value)
        if all(isinstance(part, Mapping) for part in parts):
            return [as_lines(part) for part in parts]
        return " → ".join("nothing" if part in (None, "") else str(part) for part in parts)
    return str(value)
