"""The words for an appointment's state, who acts, and what is told."""

from django.db.models import TextChoices


class AppointmentStatus(TextChoices):
    """Where an appointment stands."""

    REQUESTED = "requested", "Requested"
    OFFERED = "offered", "Offered"
    CONFIRMED = "confirmed", "Confirmed"
    ARRIVED = "arrived", "Arrived"
    COMPLETED = "completed", "Completed"
    NO_SHOW = "no_show", "Did not come"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"


#: An appointment in one of these states keeps its time from everybody else.
BLOCKING = (
    AppointmentStatus.REQUESTED,
    AppointmentStatus.OFFERED,
    AppointmentStatus.CONFIRMED,
    AppointmentStatus.ARRIVED,
    AppointmentStatus.COMPLETED,
)
#: Something may still happen to it.
OPEN = (
    AppointmentStatus.REQUESTED,
    AppointmentStatus.OFFERED,
    AppointmentStatus.CONFIRMED,
    AppointmentStatus.ARRIVED,
)
#: It is over.
FINAL = tuple(status for status in AppointmentStatus if status not in OPEN)


class Actor(TextChoices):
    """Who did a thing."""

    PATIENT = "patient", "Patient"
    DESK = "desk", "Front desk"
    SYSTEM = "system", "System"


class Source(TextChoices):
    """Where a booking came from."""

    WEB = "web", "Website"
    DESK = "desk", "Front desk"
    WAITING = "waiting", "Waiting list"


class SafetyOutcome(TextChoices):
    """How the safety check before a first visit ended. Which sign somebody has is kept nowhere."""

    CLEAR = "clear", "Read on the website: none of the signs"
    ASKED = "asked", "Asked by the clinic: nothing against a visit"


class NotificationKind(TextChoices):
    """What a message tells the patient."""

    RECEIVED = "received", "Request received"
    CONFIRMED = "confirmed", "Confirmed"
    SERIES = "series", "Series confirmed"
    DECLINED = "declined", "Declined"
    MOVED = "moved", "Moved"
    MOVED_BY_US = "moved_by_us", "We had to move it"
    CANCELLED = "cancelled", "Cancelled"
    FIRST_REMINDER = "first_reminder", "First reminder"
    SECOND_REMINDER = "second_reminder", "Second reminder"
    AFTER_VISIT = "after_visit", "After the visit"
    LINK = "link", "Link asked for"
    OFFERED = "offered", "Freed time offered"
    GIVEN_UP = "given_up", "Given up for another time"
    WAITING = "waiting", "On the waiting list"
    PROPOSED = "proposed", "Other times for a request"
    CHOOSE_TIME = "choose_time", "Asked to choose a new time"


#: They ask for an answer and change nothing: the visit stands as it did.
PROPOSALS = (NotificationKind.PROPOSED, NotificationKind.CHOOSE_TIME)

#: They tell again of what is agreed already.
REMINDERS = (NotificationKind.FIRST_REMINDER, NotificationKind.SECOND_REMINDER)


class NotificationStatus(TextChoices):
    """How far a message has come."""

    WAITING = "waiting", "Waiting to be sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Could not be sent"
    NOT_NEEDED = "not_needed", "No longer needed"


class LinkPurpose(TextChoices):
    """What a patient's link opens."""

    APPOINTMENT = "appointment", "The appointment's page"
    OFFER = "offer", "The offer of a freed time"
    PROPOSAL = "proposal", "Other times to choose from"


class WaitingState(TextChoices):
    """Where a place on the waiting list stands."""

    WAITING = "waiting", "Waiting"
    OFFERED = "offered", "Offered a time"
    TAKEN = "taken", "Took a time"
    LEFT = "left", "Left the list"
    ENDED = "ended", "Ended"


class WaitingEnd(TextChoices):
    """Why a place ended by itself."""

    DATES = "dates", "The dates are over"
    VISIT = "visit", "The appointment is over or cancelled"
    SILENCE = "silence", "No answer to several offers"


class OfferState(TextChoices):
    """What became of a freed time that was offered to somebody."""

    OPEN = "open", "Waiting for an answer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Not wanted"
    EXPIRED = "expired", "No answer in time"
    WITHDRAWN = "withdrawn", "Taken back by the desk"


class ProposalAnswer(TextChoices):
    """What a patient answered to the times that were proposed."""

    TAKEN = "taken", "Took a time"
    NONE = "none", "None of these suits"
