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
    UNDO = "undo"
    #: As earlier versions wrote down the undoing of a move. It is only read.
    UNDO_MOVE = "undo_move"
    CANCEL = "cancel"
    ARRIVE = "arrive"
    IN_ROOM = "in_room"
    COMPLETE = "complete"
    NO_SHOW = "no_show"
    EXPIRE = "expire"
    OFFER = "offer"
    ACCEPT = "accept"
    REFUSE = "refuse"
    PROPOSE = "propose"
    CHOOSE = "choose"


#: The undoing of something, however it was written down.
UNDOINGS = frozenset({Action.UNDO, Action.UNDO_MOVE})


@dataclass(frozen=True, slots=True)
class Transition:
    """An action's rule: the states that it starts from and the state that it leads to.

    Without a target it stays; but undoing leads to the state before what is undone.
    """

    sources: frozenset[Status]
    target: Status | None


TRANSITIONS: dict[Action, Transition] = {
    Action.CONFIRM: Transition(frozenset({Status.REQUESTED}), Status.CONFIRMED),
    Action.DECLINE: Transition(frozenset({Status.REQUESTED}), Status.DECLINED),
    Action.MOVE: Transition(frozenset({Status.REQUESTED, Status.CONFIRMED}), None),
    # Longer or shorter; somebody who is here may stay longer.
    Action.STRETCH: Transition(frozenset({Status.REQUESTED, Status.CONFIRMED, Status.ARRIVED}), None),
    Action.UNDO: Transition(
        frozenset(
            {
                Status.REQUESTED,
                Status.CONFIRMED,
                Status.ARRIVED,
                Status.COMPLETED,
                Status.NO_SHOW,
                Status.DECLINED,
                Status.CANCELLED,
            }
        ),
        None,
    ),
    Action.CANCEL: Transition(frozenset({Status.REQUESTED, Status.CONFIRMED}), Status.CANCELLED),
    Action.ARRIVE: Transition(frozenset({Status.CONFIRMED}), Status.ARRIVED),
    # No state of its own: see docs/decisions/0027-undo-and-arrivals.md.
    Action.IN_ROOM: Transition(frozenset({Status.CONFIRMED, Status.ARRIVED}), Status.ARRIVED),
    Action.COMPLETE: Transition(frozenset({Status.CONFIRMED, Status.ARRIVED}), Status.COMPLETED),
    Action.NO_SHOW: Transition(frozenset({Status.CONFIRMED}), Status.NO_SHOW),
    Action.EXPIRE: Transition(frozenset({Status.REQUESTED, Status.OFFERED}), Status.EXPIRED),
    # The time that was offered is asked for where the desk has a say; who takes one of an instant option has it.
    Action.REQUEST: Transition(frozenset({Status.OFFERED}), Status.REQUESTED),
    # An offer is answered or taken back through `booking.waitlist`, which knows whose it was.
    Action.ACCEPT: Transition(frozenset({Status.OFFERED}), Status.CONFIRMED),
    Action.REFUSE: Transition(frozenset({Status.OFFERED}), Status.CANCELLED),
    # Other times are proposed, and the visit stays; the patient then chooses one: see `booking.proposals`.
    Action.PROPOSE: Transition(frozenset({Status.REQUESTED, Status.CONFIRMED}), None),
    Action.CHOOSE: Transition(frozenset({Status.REQUESTED, Status.CONFIRMED}), None),
}


def allowed_actions(status: str) -> list[Action]:
    """What may be done with an appointment in this state, in the table's order."""
    return [action for action, rule in TRANSITIONS.items() if status in rule.sources]
