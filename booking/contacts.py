"""Who books, told by email address and phone number: the same person however they write it, and how much is open.

None of this proves who somebody is. It keeps one address and one number from filling the diary.
"""

import hashlib
import re
from collections.abc import Iterable

import phonenumbers
from django.conf import settings
from django.db import connection

from booking.exceptions import TooManyOpenError
from booking.models import ClinicPolicy
from flexclinic.lib import clock

#: Who asks when the clinic tries its own booking: nobody's patient.
TRIAL = "Test booking (demo)"
#: How long a lock of the diary is waited for, as PostgreSQL writes it. Nobody holds one longer than a booking takes.
LONGEST_WAIT = "10s"
# Where there is no limit nothing is locked. A contact's lock is one 64-bit number, which PostgreSQL keeps apart from
# the pairs of numbers that days and diaries are locked by.
_LOCK_SQL = """
SELECT set_config('lock_timeout', %(wait)s, true), most_open, CASE WHEN most_open IS NOT NULL THEN
  (SELECT count(pg_advisory_xact_lock(key)) FROM unnest(%(keys)s::bigint[]) AS key) END
FROM (SELECT CASE WHEN policy.id IS NULL THEN %(without)s::int ELSE policy.most_open END AS most_open
  FROM (VALUES (1)) AS always LEFT JOIN booking_clinicpolicy AS policy ON true) AS in_force
"""
# The two ways to be the same contact are two indexes; the model names their expressions.
_OPEN_SQL = """
SELECT %(email)s <> '' AND lower(email) = lower(%(email)s), phone FROM booking_appointment
WHERE status IN ('requested', 'offered', 'confirmed')
  AND ((%(email)s <> '' AND lower(email) = lower(%(email)s))
    OR (%(tail)s <> '' AND right(regexp_replace(lower(phone), '(e|x|#).*|[^0-9]', '', 'g'), 7) = %(tail)s))
  AND starts_at > %(now)s AND source = 'web'
"""

_OPEN_OF_ALL_SQL = """
SELECT id, email, phone FROM booking_appointment
WHERE status IN ('requested', 'offered', 'confirmed')
  AND (lower(email) = ANY(%(emails)s)
    OR right(regexp_replace(lower(phone), '(e|x|#).*|[^0-9]', '', 'g'), 7) = ANY(%(tails)s))
  AND starts_at > %(now)s ORDER BY starts_at, id LIMIT %(most)s
"""


def email_key(email: str) -> str:
    """An email address as it is compared."""
    return email.strip().lower()


def phone_key(phone: str) -> str:
    """A phone number as it is compared: as in +12125550142, or its digits where it is no known number."""
    if not phone:
        return ""
    try:
        number = phonenumbers.parse(phone, settings.PHONENUMBER_DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return _digits(phone)
    number.extension = None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def keys(*, email: str, phone: str) -> list[str]:
    """What a contact is known by, in one order for everybody."""
    return sorted(key for key in (email_key(email), phone_key(phone)) if key)


def hold_to_most_open(*, email: str, phone: str) -> None:
    """Raise TooManyOpenError if a contact has as many open bookings on the website as the policy allows.

    Locks the contact until the transaction ends, email address and phone number in one order for everybody, so that
    two bookings at once count each other. Take it before the locks on days: who waits here then has no other lock.
    With RATE_LIMITS=off nothing is counted.
    """
    number = phone_key(phone)
    known = [key for key in (email_key(email), number) if key]
    if not known or not settings.RATE_LIMITS:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _LOCK_SQL,
            {
                "keys": sorted(map(_lock_number, known)),
                "without": ClinicPolicy().most_open,
                "wait": LONGEST_WAIT,
            },
        )
        most = cursor.fetchone()[1]
        if most is None:
            return
        tail = _digits(phone)[-7:]
        cursor.execute(_OPEN_SQL, {"email": email.strip(), "tail": tail, "now": clock.now()})
        found = sum(same or phone_key(written) == number for same, written in cursor.fetchall())
    if found >= most:
        raise TooManyOpenError


def open_of_all(people: Iterable[tuple[str, str]], *, most: int) -> list[tuple[int, set[str]]]:
    """What these people (email address and phone number of each) have open and to come: ids, each with what its
    contact is known by. One query, and at most so many.
    """
    known = list(people)
    emails = sorted({email_key(email) for email, _ in known} - {""})
    tails = sorted({_digits(phone)[-7:] for _, phone in known} - {""})
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_OF_ALL_SQL, {"emails": emails, "tails": tails, "now": clock.now(), "most": most})
        return [(pk, set(keys(email=email, phone=phone))) for pk, email, phone in cursor.fetchall()]


def _digits(phone: str) -> str:
    """The digits of a number without its extension."""
    return re.sub(r"(e|x|#).*|[^0-9]", "", phone.lower())


def _lock_number(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], signed=True)
