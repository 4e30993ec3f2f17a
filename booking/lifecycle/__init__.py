"""What happens to appointments: the only writer of their status, times, therapist and room.

Each function is one transaction: lock, check, save, then the event and the message that tell of it. Whoever calls
gets the appointment back, or a `BookingError` whose message is for the person who tried; nothing was then changed.

New appointments are inserted with ON CONFLICT DO NOTHING against the exclusion constraints: a lost race is an
ordinary answer and no two clients ever wait for each other in a circle. An UPDATE of an
appointment that goes on to keep its time cannot do that, and PostgreSQL checks the constraints for it again: it takes
advisory locks on the therapists and rooms first, in sorted order. See docs/decisions/0001-exclusion-constraints.md.
"""

from booking.lifecycle.deciding import (
    accept,
    arrive,
    cancel,
    complete,
    confirm,
    decline,
    expire,
    in_room,
    no_show,
    propose,
    refuse,
)
from booking.lifecycle.locking import lock_diaries, one_transaction
from booking.lifecycle.making import Contact, book, book_choice, made_by, offer, request
from booking.lifecycle.moving import choose, move, move_as_patient, stretch
from booking.lifecycle.taking_back import undo
from booking.undoing import undoable, undoable_until

__all__ = [
    "Contact",
    "accept",
    "arrive",
    "book",
    "book_choice",
    "cancel",
    "choose",
    "complete",
    "confirm",
    "decline",
    "expire",
    "in_room",
    "lock_diaries",
    "made_by",
    "move",
    "move_as_patient",
    "no_show",
    "offer",
    "one_transaction",
    "propose",
    "refuse",
    "request",
    "stretch",
    "undo",
    "undoable",
    "undoable_until",
]
