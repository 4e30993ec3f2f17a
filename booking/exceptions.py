"""What can go wrong with a booking. The docstring of each is the message that a person sees."""

import inspect
from datetime import datetime


class BookingError(Exception):
    """This booking could not be made. Please call us and we will help."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))

    @property
    def message(self) -> str:
        """The sentence for the person who tried."""
        return str(self.args[0])


class TimeJustGoneError(BookingError):
    """That time has just gone. Nothing was booked. Here are the nearest free times."""


class VisitJustGoneError(TimeJustGoneError):
    """One of these times has just gone. Nothing was booked."""

    def __init__(self, message: str = "", *, start: datetime) -> None:
        super().__init__(message)
        self.start = start


class TimeNotOfferedError(BookingError):
    """We do not offer that time. Nothing was booked. Here are the nearest free times."""


class OptionNotOfferedError(BookingError):
    """This appointment cannot be booked online. Choose another, or call us."""


class TherapistNotOfferedError(BookingError):
    """That therapist does not offer this appointment. Choose another therapist, or anyone."""


class TooManyOpenError(BookingError):
    """We cannot book another visit online with this email or phone number. Nothing was booked. Please call us."""


class OfferOverError(BookingError):
    """This offer is over. We do not keep the time for you any more."""


class ProposalOverError(BookingError):
    """You cannot choose here any more. Please call us, and we will find a time with you."""


class SafetyFirstError(BookingError):
    """This would be your first visit. Read the short page about your safety first."""


class StateHasChangedError(BookingError):
    """This appointment has changed in the meantime. Look at it again before you act."""


class RecordHasChangedError(BookingError):
    """This record has changed in the meantime. Look at it again before you go on."""


class NotPossibleNowError(BookingError):
    """This cannot be done with the appointment as it stands."""


class TooLateToChangeError(BookingError):
    """It is too late to change this visit online. Please call the front desk."""


class DiaryIsBusyError(BookingError):
    """Many people are booking right now. Nothing was booked. Please try again in a moment."""


class StartNotReadableError(BookingError):
    """We could not read that time. Choose one of the free times."""


class MissingHourError(BookingError):
    """The clocks go forward that night and skip that time, so it does not exist. Here are the nearest free times."""


class ShownTwiceError(BookingError):
    """The clocks go back that night and show that time twice. Choose which of the two you mean."""
