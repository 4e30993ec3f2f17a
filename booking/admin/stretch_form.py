"""The desk's form that makes a visit longer or shorter. What the diary decides is in `booking.lifecycle`."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from booking import availability, lifecycle
from booking.admin import collisions, wording
from booking.admin.collisions import Wanted
from booking.admin.visit_forms import UNUSUAL
from booking.exceptions import BookingError, TimeJustGoneError
from booking.models import Appointment
from booking.question import ReasonCode
from flexclinic.lib import when
from services.models import ServiceOption


class StretchForm(forms.Form):
    """Another length for an appointment, which starts when it did."""

    minutes = forms.IntegerField(
        label="Length in minutes",
        min_value=1,
        max_value=1440,
        help_text="The start stays, and so does the price.",
        error_messages={
            "required": "Enter a length in minutes, such as 60.",
            "invalid": "Enter a length in minutes, such as 60.",
            "min_value": "A visit is at least 1 minute long.",
            "max_value": "A visit is at most a day long: 1440 minutes.",
        },
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    anyway = forms.BooleanField(label="Yes, make it that long anyway", required=False)

    #: The form has to ask whether an unusual length is meant.
    asks_anyway = False
    collided = False

    def __init__(self, *args: Any, appointment: Appointment, **kwargs: Any) -> None:
        self.appointment = appointment
        self.now_minutes = int((appointment.ends_at - appointment.starts_at).total_seconds()) // 60
        kwargs["initial"] = {"minutes": self.now_minutes, "version": appointment.version}
        super().__init__(*args, **kwargs)
        self.fields["minutes"].widget.attrs["step"] = "any"

    def clean(self) -> dict[str, Any]:
        """Say what is in the way, as far as that can be said before the diary is asked."""
        cleaned = super().clean() or self.cleaned_data
        minutes = cleaned.get("minutes")
        if minutes is None or self.errors:
            return cleaned
        if minutes == self.now_minutes:
            self.add_error("minutes", ValidationError("It is that long already.", code="same"))
            return cleaned
        self.check_free(minutes)
        if not self.errors and minutes > self.now_minutes:
            self.check_usual(minutes)
        return cleaned

    @property
    def seen(self) -> int:
        """The version that whoever sent the form had seen; 0 where it has none."""
        return getattr(self, "cleaned_data", {}).get("version") or 0

    def check_free(self, minutes: int) -> None:
        """An error where the therapist or the room has something else before the new end."""
        now = self.appointment
        more = timedelta(minutes=minutes - self.now_minutes)
        wanted = Wanted(
            start=now.starts_at,
            end=now.ends_at + more,
            occupied_from=now.occupied_from,
            occupied_until=now.occupied_until + more,
        )
        for therapist_id, room_id, words in (
            (now.therapist_id, None, collisions.therapist_taken),
            (None, now.room_id, collisions.room_taken),
        ):
            if found := collisions.in_the_way(
                wanted, therapist_id=therapist_id, room_id=room_id, besides=now
            ):
                self.collided = True
                self.add_error("minutes", ValidationError(words(found, wanted), code="taken"))
                return

    def check_usual(self, minutes: int) -> None:
        """Ask once about an end outside the hours, in time off, or while the clinic is closed."""
        now = self.appointment
        longer = ServiceOption(
            pk=now.option_id,
            service=now.option.service,
            bookable=now.option.bookable,
            minutes=minutes,
            buffer_before=0,
            buffer_after=0,
        )
        reasons = {
            reason.code
            for reason in availability.explain(
                option=longer, therapist=now.therapist, start=now.starts_at, moving=now
            )
        }
        codes = (ReasonCode.OUTSIDE_HOURS, ReasonCode.OVERRIDE, ReasonCode.TIME_OFF, ReasonCode.CLOSED)
        unusual = [
            words.format(therapist=now.therapist.name)
            for code, words in UNUSUAL.items()
            if code in codes and code in reasons
        ]
        if not unusual:
            return
        self.asks_anyway = True
        if not self.cleaned_data.get("anyway"):
            ends = when.format_time(now.starts_at + timedelta(minutes=minutes))
            text = f"It would end at {ends}, {wording.listed(unusual)}. Is it meant?"
            self.add_error("anyway", ValidationError(text, code="unusual"))

    def stretch(self, *, user: User | None) -> Appointment | None:
        """Do as the valid form says. None when the diary said no: the form then has the error."""
        try:
            return lifecycle.stretch(
                appointment=self.appointment,
                minutes=self.cleaned_data["minutes"],
                user=user,
                version=self.cleaned_data["version"],
            )
        except TimeJustGoneError:
            self.check_free(self.cleaned_data["minutes"])
            if not self.errors:
                self.add_error(None, ValidationError("That time has just gone. Nothing was changed."))
        except BookingError as error:
            self.add_error(None, ValidationError(error.message, code="refused"))
        return None
