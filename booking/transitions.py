"""The table: what may be done with an appointment, from which states, and what it becomes."""

from dataclasses import dataclass
from enum import StrEnum

from booking.enums import AppointmentStatus as Status


class Action(StrEnum):
    """What happened to an appointment. Also the name that its history shows."""

    REQUEST = "request"
    BOOK = "book"
    CONFIRM = "confirm"
    DECLINE = "decline"
    MOVE = "move"
    STRETCH = "stretch"
    UNDO_MOVE = "undo_move"
    CANCEL = "cancel"
    ARRIVE = "arrive"
    COMPLETE = "complete"
    NO_SHOW = "no_show"
    EXPIRE = "expire"
    OFFER = "offer"
    ACCEPT = "accept"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Transition:
    """An action's rule: the states that it starts from and the state that it leads to (None: it stays)."""

    sources: frozenset[Status]
    target: Status | None


TRANSITIONS: dict[Action, Transition] = {
    Action.CONFIRM: Transition(frozenset({Status.REQUESTED}), Status.CONFIRMED),
    Action.DECLINE: Transition(frozenset({Status.REQUESTED}), Status.DECLINED),
    Action.MOVE: Transition(frozenset({Status.REQUESTED, Status.CONFIRMED}), None),
    # Longer or shorter; somebody who is here may stay longer.
    Action.STRETCH: Transition(frozenset({Status.REQUESTED, Status.CONFIRMED, Status.ARRIVED}), None),
    Action.UNDO_MOVE: Transition(frozenset({Status.REQUESTED, Status.CONFIRMED}), None),
    Action.CANCEL: Transition(frozenset({Status.REQUESTED, Status.CONFIRMED}), Status.CANCELLED),
    Action.ARRIVE: Transition(frozenset({Status.CONFIRMED}), Status.ARRIVED),
    Action.COMPLETE: Transition(frozenset({Status.CONFIRMED, Status.ARRIVED}), Status.COMPLETED),
    Action.NO_SHOW: Transition(frozenset({Status.CONFIRMED}), Status.NO_SHOW),
    Action.EXPIRE: Transition(frozenset({Status.REQUESTED, Status.OFFERED}), Status.EXPIRED),
    # An offer is answered or taken back through `booking.waitlist`, which knows whose it was.
    Action.ACCEPT: Transition(frozenset({Status.OFFERED}), Status.CONFIRMED),
    Action.REFUSE: Transition(frozenset({Status.OFFERED}), Status.CANCELLED),
}


def allowed_actions(status: str) -> list[Action]:
    """What may be done with an appointment in this state, in the table's order."""
    return [action for action, rule in TRANSITIONS.items() if status in rule.sources]
