"""Some time in the diary is free again: wakes up who offers it to the waiting list, inside the caller's transaction."""

from datetime import datetime

from booking import notifications
from booking.enums import WaitingState
from booking.models import WaitingPlace

#: The worker's task, by name, since nothing below the edges imports the jobs.
OFFER_FREED = "booking.jobs.offer_freed"


def time_is_freed(*, not_before: datetime | None = None) -> None:
    """Have the waiting list looked at as soon as the caller's transaction is committed, if anybody waits.

    `not_before` is the moment until which the desk can take the time back.

    No queueing lock: two transactions that free something at once would wait for each other. A job too many finds
    nothing to do.
    """
    if WaitingPlace.objects.filter(state=WaitingState.WAITING).exists():
        notifications.job(OFFER_FREED, not_before=not_before).defer()
