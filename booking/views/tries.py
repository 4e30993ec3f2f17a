"""How often the details form is sent, by whom, and how long after it was shown. See docs/decisions/0025-abuse.md."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest

from booking import contacts
from flexclinic.lib import limits, stamps, when

_HOUR = timedelta(hours=1)

#: A clinic, a gym or a company may send all its people from one address.
NETWORK = limits.Limit("booking.network", 300, _HOUR)
#: Of these, forms that no page of ours was shown for, or that came back quicker than people type.
UNPROVEN = limits.Limit("booking.network.unproven", 150, _HOUR)
#: One email address, or one phone number. Each booking sends a message there.
CONTACT = limits.Limit("booking.contact", 10, _HOUR)

#: Places on the waiting list. Each may keep a time from everybody else for a while.
WAITING_NETWORK = limits.Limit("booking.waiting.network", 30, _HOUR)
WAITING_CONTACT = limits.Limit("booking.waiting.contact", 3, _HOUR)

QUICKEST = timedelta(seconds=2)
OLDEST = timedelta(days=1)

_PURPOSE = "booking.details"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a form is not taken now. `again` is when it may be sent again; None: at once."""

    message: str
    again: datetime | None = None

    @property
    def status(self) -> int:
        """The status of the answer."""
        return 429 if self.again else 422


def new_stamp() -> str:
    """What the form carries along: the moment at which it was shown."""
    return stamps.make(purpose=_PURPOSE)


def kept_stamp(request: HttpRequest) -> str:
    """The stamp that came along, if it is one of ours and not too old."""
    text = request.POST.get("stamp", "")
    return text if stamps.read(text, purpose=_PURPOSE, longest=OLDEST) else ""


def refusal(request: HttpRequest, *, email: str, phone: str, to_wait: bool = False) -> Refusal | None:
    """Count a form that would book, or join the waiting list; None where it may. Call it outside a transaction."""
    text = request.POST.get("stamp", "")
    stamp = stamps.read(text, purpose=_PURPOSE, longest=OLDEST)
    if text and stamp is None:
        return Refusal(
            message="This page was open for a long time. Check your details and send them once more."
        )
    network, unproven = limits.client_network(request), stamp is None or stamp.age < QUICKEST
    refused = limits.count_tries(
        [
            (WAITING_NETWORK if to_wait else NETWORK, network),
            *([(UNPROVEN, network)] if unproven else []),
            *(
                (WAITING_CONTACT if to_wait else CONTACT, contact)
                for contact in contacts.keys(email=email, phone=phone)
            ),
        ]
    )
    if refused is None:
        return None
    limit, again = refused
    if limit is UNPROVEN:
        return Refusal(
            message="We could not tell that a person sent this. Check your details and send them once more."
        )
    if limit in (NETWORK, WAITING_NETWORK):
        said = "Many forms were sent from your network just now."
    else:
        said = "This email address or phone number was used many times just now."
    return Refusal(message=_too_many(said, again), again=again)


def _too_many(said: str, again: datetime) -> str:
    return (
        f"{said} Nothing was booked. Send your details again after {when.format_time(again)},"
        f" or call us on {settings.CLINIC['phone']}."
    )
