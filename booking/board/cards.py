"""The appointments of the board, each with all that its card says. Two queries, however many there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from booking import comfort
from booking.board.frame import Frame, as_interval
from booking.enums import BLOCKING, AppointmentStatus, NotificationStatus
from booking.intervals import Interval
from booking.models import Appointment, ComfortPreferences, Notification
from booking.models.appointment import LONGEST_OCCUPIED
from booking.transitions import TRANSITIONS, Action
from flexclinic.lib import clock, when

#: More appointments beside each other than this share the last lane.
_LANES = 6
#: A card of fewer seconds is short.
_SHORT = 45 * 60
#: What pages say of a service or a therapist, and no card.
_LONG = ("option__service__body", "therapist__bio")


@dataclass(frozen=True, slots=True)
class Card:
    """An appointment where it stands. `lane` says which of how many beside each other, as classes.

    `messages` is the balance of what was told, with the tag's kind; `wishes` what makes the patient comfortable.
    """

    appointment: Appointment
    interval: Interval
    place: str
    lane: str
    time: str
    messages: tuple[str, str]
    wishes: str
    late: bool
    kind = "card"

    @property
    def ends(self) -> int:
        """Its end as an instant."""
        return self.interval[1]

    @property
    def instant(self) -> int:
        """Its start as an instant."""
        return self.interval[0]

    @property
    def short(self) -> bool:
        """It has no room for more than a line or two."""
        return self.interval[1] - self.interval[0] < _SHORT

    @property
    def moves(self) -> bool:
        """The desk may move it."""
        return self.appointment.status in TRANSITIONS[Action.MOVE].sources

    @property
    def stretches(self) -> bool:
        """The desk may make it longer or shorter."""
        return self.appointment.status in TRANSITIONS[Action.STRETCH].sources


def appointments(low: datetime, high: datetime, *, therapist: int | None = None) -> list[Appointment]:
    """Everything that touches a period and was not called off, by its start. One query."""
    told = Notification.objects.filter(appointment=OuterRef("pk")).exclude(
        status=NotificationStatus.NOT_NEEDED
    )
    found = (
        Appointment.objects.filter(
            starts_at__gte=low - LONGEST_OCCUPIED,
            starts_at__lt=high,
            ends_at__gt=low,
            status__in=[*BLOCKING, AppointmentStatus.NO_SHOW],
        )
        .select_related("option__service", "therapist", "room", "comfort")
        .defer("note", *_LONG)
        .annotate(told=ArraySubquery(told.values("status")))
        .order_by("starts_at", "pk")
    )
    return list(found.filter(therapist=therapist) if therapist else found)


def wishes_of(visits: Collection[Appointment]) -> dict[int, str]:
    """What makes each patient comfortable in one line, by appointment: told about it, or else last about another.

    One query at most.
    """
    own = {visit.pk: told for visit in visits if (told := getattr(visit, "comfort", None))}
    patients = {visit.patient_id for visit in visits if visit.pk not in own and visit.patient_id}
    latest: dict[int | None, ComfortPreferences] = {}
    if patients:
        others = ComfortPreferences.objects.filter(Q(appointment__patient_id__in=patients))
        for told in others.select_related("appointment").order_by("updated_at", "pk"):
            latest[told.appointment.patient_id] = told
    return {visit.pk: comfort.in_words(own.get(visit.pk) or latest.get(visit.patient_id)) for visit in visits}


def in_column(visits: Sequence[Appointment], frame: Frame, wishes: dict[int, str]) -> list[Card]:
    """The cards of a column, beside each other where they meet."""
    intervals = [as_interval(visit.starts_at, visit.ends_at) for visit in visits]
    now = clock.now()
    return [
        Card(
            visit,
            interval,
            frame.place(interval),
            lane,
            when.format_range(visit.starts_at, visit.ends_at),
            _balance(visit),
            wishes.get(visit.pk, ""),
            visit.status == AppointmentStatus.CONFIRMED and visit.starts_at < now < visit.ends_at,
        )
        for visit, interval, lane in zip(visits, intervals, _lanes(visits, intervals), strict=True)
    ]


def _balance(visit: Appointment) -> tuple[str, str]:
    """How far the messages of an appointment have come, in few words, and the kind of their tag."""
    told: list[str] = getattr(visit, "told", [])
    failed, waiting = told.count(NotificationStatus.FAILED), told.count(NotificationStatus.WAITING)
    if failed:
        return f"{failed} not sent", "bad"
    if waiting:
        return f"{waiting} waiting", "wait"
    return ("All sent", "") if told else ("", "")


def _lanes(visits: Sequence[Appointment], intervals: Sequence[Interval]) -> list[str]:
    """Classes for each: none where it has the whole width. Who did not come leaves room beside the card."""
    lanes: list[str] = [""] * len(visits)
    together: list[int] = []
    until = 0

    def settle() -> None:
        ends: list[int] = []
        taken: dict[int, int] = {}
        for index in together:
            begin, end = intervals[index]
            free = next((lane for lane, last in enumerate(ends) if last <= begin), None)
            if free is None:
                free = len(ends)
                ends.append(0)
            ends[free] = end
            taken[index] = free
        nobody = all(visits[index].status == AppointmentStatus.NO_SHOW for index in together)
        count = min(len(ends) + nobody, _LANES)
        for index, lane in taken.items():
            lanes[index] = f"of{count} lane{min(lane, count - 1)}" if count > 1 else ""

    for index, (begin, end) in enumerate(intervals):
        if together and begin >= until:
            settle()
            together.clear()
            until = 0
        together.append(index)
        until = max(until, end)
    if together:
        settle()
    return lanes
