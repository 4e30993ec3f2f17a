"""The desk's forms that put a visit into the diary: a new one, and one that moves.

A form reads what was typed and says at the right box what is in the way. Whether the time is really free only the
database decides: `book` and `move` hand over to `lifecycle`, and turn its no into an error of the form.
"""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from booking import availability, lifecycle
from booking.admin import collisions, wording
from booking.admin.collisions import Wanted
from booking.admin.start import StartForm, as_moment, written
from booking.enums import Actor
from booking.exceptions import BookingError, TherapistNotOfferedError, TimeJustGoneError
from booking.forms import validate_phone
from booking.models import Appointment, Patient
from booking.question import ReasonCode
from booking.typed import on_one_line
from flexclinic.lib import clock, when
from services.models import Room, ServiceOption, Therapist

#: What the desk may do and the website not, with the words that ask whether it is meant.
UNUSUAL = {
    ReasonCode.OUTSIDE_HOURS: "outside {therapist}’s hours",
    ReasonCode.OVERRIDE: "outside {therapist}’s hours of that date",
    ReasonCode.TIME_OFF: "in {therapist}’s time off",
    ReasonCode.CLOSED: "while the clinic is closed",
    ReasonCode.NOT_OFFERED: "outside the times at which this option is offered",
    ReasonCode.OPTION_FULL: "above the most bookings of this option a day",
    ReasonCode.ON_HOLD: "in a time that is on hold for {therapist}",
    ReasonCode.BREAK: "in {therapist}’s break",
    ReasonCode.DAY_FULL: "above {therapist}’s most visits a day",
}


def option_label(option: ServiceOption) -> str:
    """As in "Neuromuscular massage: First visit (60 minutes)"."""
    more = "" if option.bookable else ", not on the website"
    return f"{option} ({option.minutes} minutes{more})"


class OptionField(forms.ModelChoiceField[ServiceOption]):
    """Options by name, with their length."""

    def label_from_instance(self, obj: ServiceOption) -> str:
        """The option and its length."""
        return option_label(obj)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A free time near the one that was asked for. `value` is what its button sends as `take`.

    That is an instant and a therapist, as in "1795532400.3"; a drag on the board may add a room.
    """

    value: str
    text: str


def taken_up(data: Any) -> Any:
    """What was sent, with the boxes filled in from the suggestion whose button was pressed, if one was."""
    instant, _, who = str(data.get("take", "")).partition(".")
    therapist_id, _, room_id = who.partition(".")
    if not (re.fullmatch("[0-9]{1,11}", instant) and re.fullmatch("[0-9]{1,15}", therapist_id)):
        return data
    day, minute = written(as_moment(int(instant)))
    filled = data.copy()
    filled["date"], filled["time"] = day.isoformat(), f"{minute // 60}:{minute % 60:02}"
    filled["which"], filled["therapist"], filled["room"] = instant, therapist_id, room_id
    return filled


class VisitForm(StartForm):
    """What a new visit and a moved one have in common. Gives `start`, once it is valid."""

    anyway = forms.BooleanField(label="Yes, put it there anyway", required=False)

    #: The form has to ask whether an unusual time is meant.
    asks_anyway = False

    visit_option: ServiceOption | None = None
    start: datetime | None = None
    wanted: Wanted | None = None
    besides: Appointment | None = None
    collided = False

    def chosen_therapist(self) -> Therapist | None:
        """Who is to give the visit."""
        therapist: Therapist | None = self.cleaned_data.get("therapist")
        return therapist

    def check_offered(self) -> None:
        """An error at the therapist who does not give the option, with those who do."""
        therapist, option = self.chosen_therapist(), self.visit_option
        if therapist is None or option is None:
            return
        giving = {other.pk: other.name for other in option.therapists.filter(bookable=True)}
        if therapist.pk in giving or option.therapists.filter(pk=therapist.pk).exists():
            return
        who = (
            f"Those who do: {wording.listed(list(giving.values()))}." if giving else "Nobody does at present."
        )
        self.add_error(
            "therapist",
            ValidationError(f"{therapist.name} does not offer {option}. {who}", code="not_offered"),
        )

    def check_room(self) -> None:
        """An error at a room that the option cannot be in."""
        room, option = self.cleaned_data.get("room"), self.visit_option
        if room is None or option is None:
            return
        suiting = [other.name for other in option.rooms.all() if other.in_use]
        if room.name not in suiting:
            where = (
                f"It can be in {wording.listed(suiting)}."
                if suiting
                else "It needs no room: leave this empty."
            )
            self.add_error(
                "room", ValidationError(f"{option} cannot be in {room}. {where}", code="unsuitable")
            )

    def check_therapist_free(self) -> None:
        """An error at the time at which the therapist has something else."""
        therapist = self.chosen_therapist()
        if therapist is None or self.wanted is None:
            return
        found = collisions.in_the_way(
            self.wanted, therapist_id=therapist.pk, room_id=None, besides=self.besides
        )
        if found:
            self.collided = True
            text = collisions.therapist_taken(found, self.wanted)
            self.add_error("time", ValidationError(text, code="taken"))

    def check_usual(self) -> None:
        """Ask once about a time outside the hours, in time off, while the clinic is closed, or in the past."""
        therapist, option, start = self.chosen_therapist(), self.visit_option, self.start
        if therapist is None or option is None or start is None or self.errors:
            return
        reasons = {
            reason.code
            for reason in availability.explain(
                option=option, therapist=therapist, start=start, moving=self.besides
            )
        }
        unusual = [
            words.format(therapist=therapist.name) for code, words in UNUSUAL.items() if code in reasons
        ]
        if start < clock.now():
            unusual.insert(0, "in the past")
        if not unusual:
            return
        self.asks_anyway = True
        if not self.cleaned_data.get("anyway"):
            text = f"{wording.day(start)} at {when.format_time(start)} is {wording.listed(unusual)}. Is it meant?"
            self.add_error("anyway", ValidationError(text, code="unusual"))

    def lost_race(self) -> None:
        """Somebody was quicker: say what is there now."""
        self.collided = True
        self.check_therapist_free()
        self.check_room_free()
        if not self.errors:
            self.add_error(
                "time", ValidationError("That time has just gone. Nothing was changed.", code="gone")
            )

    def check_room_free(self) -> None:
        """An error at the room that somebody else has at that time."""
        raise NotImplementedError

    def refused(self, error: BookingError) -> None:
        """Show at the right box why the diary said no."""
        if isinstance(error, TimeJustGoneError):
            self.lost_race()
        elif isinstance(error, TherapistNotOfferedError):
            self.add_error("therapist", ValidationError(error.message, code="not_offered"))
        else:
            self.add_error(None, ValidationError(error.message, code="refused"))

    def suggestions(self) -> list[Suggestion]:
        """The nearest times that are free, where the one asked for is taken."""
        if not (self.collided and self.visit_option and self.start):
            return []
        found = availability.nearest(
            option=self.visit_option,
            therapist=self.chosen_therapist(),
            around=self.start,
            count=6,
            moving=self.besides,
        )
        names = {
            therapist.slug: therapist for therapist in self.visit_option.therapists.filter(bookable=True)
        }
        suggested = []
        for instant, slugs in found:
            wanted = self.chosen_therapist()
            therapist = wanted if wanted and wanted.slug in slugs else names[slugs[0]]
            start = as_moment(instant)
            suggested.append(
                Suggestion(
                    f"{instant}.{therapist.pk}",
                    f"{wording.day(start)} at {when.format_time(start)} with {therapist.name}",
                )
            )
        return suggested


class BookingForm(VisitForm):
    """A booking that the desk makes, as a rule with somebody on the phone."""

    option = OptionField(
        queryset=ServiceOption.objects.none(),
        label="What",
        empty_label="Choose",
        error_messages={"required": "Choose what is booked."},
    )
    therapist = forms.ModelChoiceField(
        queryset=Therapist.objects.none(),
        label="Therapist",
        empty_label="Choose",
        error_messages={"required": "Choose a therapist."},
    )
    room = forms.ModelChoiceField(
        queryset=Room.objects.none(),
        label="Room",
        required=False,
        empty_label="The first suitable room that is free",
    )
    name = forms.CharField(
        label="Name", max_length=200, error_messages={"required": "Enter the patient’s name."}
    )
    phone = forms.CharField(label="Phone", max_length=40, required=False, validators=[validate_phone])
    email = forms.EmailField(
        label="Email",
        required=False,
        help_text="Without one, no confirmation is sent.",
        error_messages={"invalid": "Enter an email address such as name@example.com, or leave it empty."},
    )
    first_visit = forms.BooleanField(label="First visit to the clinic", required=False)
    note = forms.CharField(
        label="Note", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    buffers = forms.BooleanField(
        label="Keep the time before and after the visit free, as the option says",
        required=False,
        initial=True,
    )
    #: The key of the record of who comes, where the phone booking has found it.
    patient = forms.CharField(widget=forms.HiddenInput, required=False)
    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("request_key", uuid.uuid4())
        for name in ("name", "phone", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["phone"].widget.input_type = "tel"
        choices: dict[str, Any] = {
            "option": ServiceOption.objects.select_related("service").order_by(
                "service", "position", "minutes"
            ),
            "therapist": Therapist.objects.filter(bookable=True),
            "room": Room.objects.filter(in_use=True),
        }
        for field, queryset in choices.items():
            self.fields[field].queryset = queryset  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        """The name on one line. Raises ValidationError where nothing of it can be read."""
        name = on_one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError("Enter the patient’s name.", code="required")
        return name

    def clean(self) -> dict[str, Any]:
        """Say at each box what is wrong with it, as far as that can be said before the diary is asked."""
        cleaned = super().clean() or self.cleaned_data
        self.visit_option = cleaned.get("option")
        self.start = self.read_start()
        if self.visit_option and self.start:
            self.wanted = _wanted(self.visit_option, self.start, buffers=cleaned["buffers"])
        self.check_offered()
        self.check_room()
        self.check_therapist_free()
        self.check_room_free()
        self.check_usual()
        return cleaned

    def earlier(self) -> Appointment | None:
        """What the same form, sent before, has booked."""
        try:
            key = self.fields["request_key"].to_python(self.data.get("request_key"))
        except ValidationError:
            return None
        return Appointment.objects.filter(request_key=key).first() if key else None

    def rooms_to_try(self) -> list[Room | None]:
        """The chosen room; or those that suit and are free then, by name; or none where none is needed."""
        assert self.visit_option is not None
        assert self.wanted is not None
        if room := self.cleaned_data.get("room"):
            return [room]
        suiting = [room for room in self.visit_option.rooms.all() if room.in_use]
        if not self.visit_option.rooms.exists():
            return [None]
        return [
            room
            for room in suiting
            if not collisions.in_the_way(self.wanted, therapist_id=None, room_id=room.pk)
        ]

    def check_room_free(self) -> None:
        """An error where the chosen room, or every one that suits, is taken."""
        if self.visit_option is None or self.wanted is None or self.errors.get("room"):
            return
        if room := self.cleaned_data.get("room"):
            if found := collisions.in_the_way(self.wanted, therapist_id=None, room_id=room.pk):
                self.collided = True
                self.add_error(
                    "room", ValidationError(collisions.room_taken(found, self.wanted), code="taken")
                )
        elif not self.rooms_to_try():
            self.collided = True
            taken = [
                collisions.room_taken(found, self.wanted)
                for room in self.visit_option.rooms.all()
                if room.in_use
                and (found := collisions.in_the_way(self.wanted, therapist_id=None, room_id=room.pk))
            ]
            self.add_error(
                "room",
                ValidationError(
                    " ".join(["No room that suits is free then.", *taken]).strip(), code="no_room"
                ),
            )

    def fits_without_buffers(self) -> bool:
        """Whether the time that is taken would do if the option's own buffers were given up."""
        therapist = self.chosen_therapist()
        if not (
            self.collided
            and self.visit_option
            and self.start
            and therapist
            and self.cleaned_data.get("buffers")
        ):
            return False
        bare = _wanted(self.visit_option, self.start, buffers=False)
        room = self.cleaned_data.get("room")
        return not collisions.in_the_way(bare, therapist_id=therapist.pk, room_id=room.pk if room else None)

    def record(self) -> Patient | None:
        """The record that was found for who comes, if there is one."""
        key = str(self["patient"].value() or "")
        return Patient.objects.filter(pk=int(key)).first() if re.fullmatch(r"[0-9]{1,15}", key) else None

    def contact(self) -> lifecycle.Contact:
        """Who comes, as the valid form says."""
        said = self.cleaned_data
        return lifecycle.Contact(
            name=said["name"],
            email=said["email"],
            phone=said["phone"],
            first_visit=said["first_visit"],
            note=said["note"],
        )

    def book(self, *, user: User | None) -> Appointment | None:
        """Book what the valid form says. None when the diary said no: the form then has the error."""
        assert self.visit_option is not None
        assert self.start is not None
        said = self.cleaned_data
        contact, record = self.contact(), self.record()
        refusal: BookingError = TimeJustGoneError()
        for room in self.rooms_to_try():
            try:
                return lifecycle.book(
                    option=self.visit_option,
                    therapist=said["therapist"],
                    room=room,
                    start=self.start,
                    contact=contact,
                    user=user,
                    request_key=said["request_key"],
                    buffers=said["buffers"],
                    patient_id=record.pk if record else None,
                )
            except TimeJustGoneError as error:
                refusal = error  # another room may still be free
            except BookingError as error:
                refusal = error
                break
        self.refused(refusal)
        return None


def _wanted(option: ServiceOption, start: datetime, *, buffers: bool) -> Wanted:
    end = start + timedelta(minutes=option.minutes)
    before = timedelta(minutes=option.buffer_before if buffers else 0)
    after = timedelta(minutes=option.buffer_after if buffers else 0)
    return Wanted(start=start, end=end, occupied_from=start - before, occupied_until=end + after)


class MoveForm(VisitForm):
    """Another time, therapist or room for an appointment, whose length and buffers stay."""

    therapist = forms.ModelChoiceField(queryset=Therapist.objects.none(), label="Therapist", empty_label=None)
    room = forms.ModelChoiceField(
        queryset=Room.objects.none(), label="Room", required=False, empty_label="The room that it has"
    )
    asked_for = forms.BooleanField(label="The patient asked for this move", required=False)
    # A tick gives them up, and not the lack of one: a drag sends no ticks.
    bare = forms.BooleanField(
        label="Give up the time that it keeps free before and after the visit", required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, appointment: Appointment, **kwargs: Any) -> None:
        day, minute = written(appointment.starts_at)
        kwargs["initial"] = {
            "date": day,
            "time": minute,
            "therapist": appointment.therapist_id,
            "room": appointment.room_id,
            "version": appointment.version,
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)
        self.appointment = self.besides = appointment
        self.visit_option = appointment.option
        therapists = Therapist.objects.filter(bookable=True) | Therapist.objects.filter(
            pk=appointment.therapist_id
        )
        self.fields["therapist"].queryset = therapists  # type: ignore[attr-defined]
        self.fields["room"].queryset = Room.objects.filter(in_use=True)  # type: ignore[attr-defined]
        if (appointment.occupied_from, appointment.occupied_until) == (
            appointment.starts_at,
            appointment.ends_at,
        ):
            del self.fields["bare"]  # it keeps nothing free

    def clean(self) -> dict[str, Any]:
        """Say at each box what is wrong with it, as far as that can be said before the diary is asked."""
        cleaned = super().clean() or self.cleaned_data
        self.start = self.read_start()
        if self.start:
            self.wanted = self._at(self.start, bare=bool(cleaned.get("bare")))
        self.check_offered()
        if (room := cleaned.get("room")) and room.pk != self.appointment.room_id:
            self.check_room()
        self.check_moves()
        self.check_therapist_free()
        self.check_room_free()
        self.check_usual()
        return cleaned

    def _at(self, start: datetime, *, bare: bool) -> Wanted:
        """The visit at another start, with the time that it keeps free or without."""
        shift, now = start - self.appointment.starts_at, self.appointment
        return Wanted(
            start=start,
            end=now.ends_at + shift,
            occupied_from=start if bare else now.occupied_from + shift,
            occupied_until=(now.ends_at if bare else now.occupied_until) + shift,
        )

    def fits_without_buffers(self) -> bool:
        """Whether the time that is taken would do if the time kept free around the visit were given up."""
        therapist = self.chosen_therapist()
        if not (self.collided and self.start and therapist and "bare" in self.fields):
            return False
        room = self.cleaned_data.get("room") or self.appointment.room
        return not self.cleaned_data.get("bare") and not collisions.in_the_way(
            self._at(self.start, bare=True),
            therapist_id=therapist.pk,
            room_id=room.pk if room else None,
            besides=self.appointment,
        )

    @property
    def seen(self) -> int:
        """The version that whoever sent the form had seen; 0 where it has none."""
        return getattr(self, "cleaned_data", {}).get("version") or 0

    def check_moves(self) -> None:
        """An error where everything would stay as it is, so that no patient is told of a move that is none."""
        now = self.appointment
        therapist, room = self.chosen_therapist(), self.cleaned_data.get("room")
        if (
            self.start == now.starts_at
            and therapist
            and therapist.pk == now.therapist_id
            and (room is None or room.pk == now.room_id)
            and not self.cleaned_data.get("bare")
        ):
            text = "It is at that time already. Choose another time, therapist or room."
            self.add_error("time", ValidationError(text, code="same"))

    def check_room_free(self) -> None:
        """An error where the room is taken."""
        room = self.cleaned_data.get("room") or self.appointment.room
        if room is None or self.wanted is None or self.errors.get("room"):
            return
        found = collisions.in_the_way(
            self.wanted, therapist_id=None, room_id=room.pk, besides=self.appointment
        )
        if found:
            self.collided = True
            self.add_error("room", ValidationError(collisions.room_taken(found, self.wanted), code="taken"))

    def move(self, *, user: User | None) -> Appointment | None:
        """Move as the valid form says. None when the diary said no: the form then has the error."""
        assert self.start is not None
        try:
            return lifecycle.move(
                appointment=self.appointment,
                start=self.start,
                therapist=self.cleaned_data["therapist"],
                room=self.cleaned_data["room"],
                actor=Actor.DESK,
                user=user,
                version=self.cleaned_data["version"],
                asked_for=self.cleaned_data["asked_for"],
                buffers=not self.cleaned_data.get("bare"),
            )
        except BookingError as error:
            self.refused(error)
            return None
