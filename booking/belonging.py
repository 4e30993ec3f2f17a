"""What belongs to a patient's record, beyond what is linked to it: for an export, and for an erasure.

Somebody may have booked on the website without the desk linking it, and waits on the list without any link. That is
theirs where the name is the same, however it is spelled, and the email address or the end of the phone number, too.
An address alone is not enough: families share them.
"""

from dataclasses import dataclass

from django.db import connection

from booking.models.searching import DIGITS, ERASED, NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """Ids. `patients` is the record with those that were merged into it; `alike` are appointments without a record."""

    patients: tuple[int, ...]
    appointments: tuple[int, ...]
    alike: tuple[int, ...]
    places: tuple[int, ...]


def _tail(of: str) -> str:
    return f"right({DIGITS.format(of)}, 7)"


def _is_known(row: str) -> str:
    """That a row has a name and a contact of the person's."""
    return f"""EXISTS (SELECT FROM known WHERE {NAME.format("known.name")} = {NAME.format(f"{row}.name")}
    AND ((known.email <> '' AND lower(known.email) = lower({row}.email))
      OR (length({_tail("known.phone")}) = 7 AND {_tail("known.phone")} = {_tail(f"{row}.phone")})))"""


_SQL = f"""
WITH RECURSIVE records AS (
  SELECT %(id)s::bigint AS id
  UNION SELECT merge.gone_id FROM booking_patientmerge AS merge JOIN records ON merge.kept_id = records.id
  WHERE merge.undone_at IS NULL),
named AS (
  SELECT name, email, phone FROM booking_patient WHERE id = %(id)s
  UNION SELECT gone ->> 'name', gone ->> 'email', gone ->> 'phone' FROM booking_patientmerge
  WHERE undone_at IS NULL AND gone_id IN (SELECT id FROM records)),
linked AS (SELECT id, name, email, phone FROM booking_appointment WHERE patient_id = %(id)s),
-- Somebody else may have booked for them: only bookings in their own name tell another address of theirs.
known AS (
  SELECT name, email, phone FROM named
  UNION SELECT name, email, phone FROM linked
  WHERE {NAME.format("name")} IN (SELECT {NAME.format("name")} FROM named)),
alike AS (
  SELECT visit.id FROM booking_appointment AS visit
  WHERE visit.patient_id IS NULL AND visit.name <> '{ERASED}' AND {_is_known("visit")}),
visits AS (SELECT id FROM linked UNION SELECT id FROM alike),
places AS (
  SELECT place.id FROM booking_waitingplace AS place
  WHERE place.appointment_id IN (SELECT id FROM visits)
    OR place.id IN (SELECT place_id FROM booking_offer WHERE appointment_id IN (SELECT id FROM visits))
    OR (place.appointment_id IS NULL AND {_is_known("place")}))
SELECT ARRAY(SELECT id FROM records ORDER BY id), ARRAY(SELECT id FROM visits ORDER BY id),
  ARRAY(SELECT id FROM alike ORDER BY id), ARRAY(SELECT id FROM places ORDER BY id)
"""  # noqa: S608 - made of constants


def of_patient(patient_id: int) -> Belongings:
    """Everything that belongs to a record. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"id": patient_id})
        patients, appointments, alike, places = map(tuple, cursor.fetchone())
    return Belongings(patients=patients, appointments=appointments, alike=alike, places=places)
