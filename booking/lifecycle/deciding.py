"""What changes only the state of an appointment: agreed, declined, cancelled, here, over."""

from django.contrib.auth.models import User

from booking.enums import (
    Actor,
    NotificationKind,
)
from booking.lifecycle import writing
from booking.lifecycle.locking import one_transaction
from booking.models import Appointment
from booking.transitions import Action


@one_transaction
def confirm(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """Say yes to a request. Raises NotPossibleNowError, and StateHasChangedError if `version` is not the newest.

    As with everything that the desk does by one press, the message waits for as long as it can be undone.
    """
    return writing.act(
        appointment,
        Action.CONFIRM,
        actor=Actor.DESK,
        user=user,
        version=version,
        told=NotificationKind.CONFIRMED,
    )


@one_transaction
def decline(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """Say no to a request; its time is free again, at once on the website. Raises as `confirm` does."""
    return writing.act(
        appointment,
        Action.DECLINE,
        actor=Actor.DESK,
        user=user,
        version=version,
        told=NotificationKind.DECLINED,
    )


@one_transaction
def cancel(
    *,
    appointment: Appointment,
    actor: Actor,
    user: User | None = None,
    version: int | None = None,
    told: NotificationKind = NotificationKind.CANCELLED,
) -> Appointment:
    """Call a visit off; its time is free again.

    Raises as `confirm` does, and TooLateToChangeError for a patient after the clinic's cut-off.
    """
    return writing.act(
        appointment,
        Action.CANCEL,
        actor=actor,
        user=user,
        version=version,
        told=told,
    )


@one_transaction
def arrive(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """The patient is here. Raises as `confirm` does."""
    return writing.act(appointment, Action.ARRIVE, actor=Actor.DESK, user=user, version=version, told=None)


@one_transaction
def in_room(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """The patient has gone to the room; who was not marked as arrived is so now. Raises as `confirm` does."""
    return writing.act(appointment, Action.IN_ROOM, actor=Actor.DESK, user=user, version=version, told=None)


@one_transaction
def complete(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """The visit took place. Raises as `confirm` does."""
    return writing.act(appointment, Action.COMPLETE, actor=Actor.DESK, user=user, version=version, told=None)


@one_transaction
def no_show(*, appointment: Appointment, user: User | None, version: int | None = None) -> Appointment:
    """The patient did not come; the rest of the time is free again. Raises as `confirm` does."""
    return writing.act(appointment, Action.NO_SHOW, actor=Actor.DESK, user=user, version=version, told=None)


@one_transaction
def expire(*, appointment: Appointment, version: int | None = None) -> Appointment:
    """Nobody answered in time; the time is free again, and nobody is told. Raises as `confirm` does."""
    return writing.act(appointment, Action.EXPIRE, actor=Actor.SYSTEM, user=None, version=version, told=None)


@one_transaction
def accept(
    *,
    appointment: Appointment,
    actor: Actor,
    user: User | None = None,
    version: int | None = None,
    asks: bool = False,
) -> Appointment:
    """Somebody takes the time that was offered. It is confirmed at once, or where it only `asks` waits for the desk.

    Raises as `confirm` does.
    """
    return writing.act(
        appointment,
        Action.REQUEST if asks else Action.ACCEPT,
        actor=actor,
        user=user,
        version=version,
        told=NotificationKind.RECEIVED if asks else NotificationKind.CONFIRMED,
    )


@one_transaction
def refuse(
    *, appointment: Appointment, actor: Actor, user: User | None = None, version: int | None = None
) -> Appointment:
    """An offer is not wanted, or taken back: the time is free again, and nobody is told. Raises as `confirm` does."""
    return writing.act(appointment, Action.REFUSE, actor=actor, user=user, version=version, told=None)


@one_transaction
def propose(
    *, appointment: Appointment, told: NotificationKind, user: User | None, version: int | None = None
) -> Appointment:
    """The desk proposes other times: the visit stays, with a new version. See `booking.proposals`, which keeps them.

    Raises as `confirm` does.
    """
    return writing.act(appointment, Action.PROPOSE, actor=Actor.DESK, user=user, version=version, told=told)
