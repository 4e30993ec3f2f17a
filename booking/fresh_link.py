"""A fresh link for somebody who has lost theirs and knows their reference.

Who asks learns nothing: the web process writes the same job whatever was typed, and never looks whether the booking
is known. The worker looks, and sends the link to the address that the appointment was booked with.
"""

import datetime
import re

import phonenumbers
from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from booking import notifications
from booking.models import Appointment, Notification
from flexclinic.lib.limits import Limit, count_try

#: The worker's task, by name, since nothing below the edges imports the jobs.
ANSWER = "booking.jobs.answer_lost_link"

#: How many of these messages a patient gets, whoever asks for them.
PER_APPOINTMENT = Limit("fresh link of an appointment", 3, datetime.timedelta(hours=1))


def ask(*, reference: str, contact: str) -> None:
    """Note that somebody asks for the link of this appointment. The job does not hold what they typed as contact."""
    notifications.job(ANSWER).defer(reference=reference, proof=_proof(contact))


def answer(*, reference: str, proof: str) -> Notification | None:
    """Put the message with a fresh link into the outbox, if the contact was the appointment's own.

    None where it was not, where there is no email address to send to, where such a message waits already, and where
    this appointment has had enough of them. Call it outside a transaction: it counts.
    """
    appointment = Appointment.objects.filter(reference=reference).first()
    if appointment is None or not appointment.email:
        return None
    own = [contact for contact in (appointment.email, appointment.phone) if contact]
    if not any(constant_time_compare(_proof(contact), proof) for contact in own):
        return None
    if count_try(PER_APPOINTMENT, who=str(appointment.pk)):
        return None
    return notifications.send_link(appointment=appointment)


def _proof(contact: str) -> str:
    """What is compared of an email address or a phone number: the same however it was typed, and not readable."""
    return salted_hmac("booking.fresh_link", _plain(contact), algorithm="sha256").hexdigest()


def _plain(contact: str) -> str:
    """An email address in lower case; a phone number with its country in digits, or in the digits that there are."""
    if "@" in contact:
        return contact.strip().casefold()
    try:
        number = phonenumbers.parse(contact, settings.PHONENUMBER_DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return re.sub(r"[^0-9]", "", contact)
    return f"{number.country_code}{phonenumbers.national_significant_number(number)}"
