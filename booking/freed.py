"""Some time in the diary is free again: wakes up who offers it to the waiting list, inside the caller's transaction."""

from datetime import datetime

from procrastinate.contrib.django.models import ProcrastinateJob

from booking import notifications
from booking.enums import WaitingState
from booking.models import ClinicPolicy, WaitingPlace
from booking.offer_hours import OfferHours
from flexclinic.lib import clock

#: The worker's task, by name, since nothing below the edges imports the jobs.
OFFER_FREED = "booking.jobs.offer_freed"


def time_is_freed(*, not_before: datetime | None = None) -> None:
    """Have the waiting list looked at as soon as the caller's transaction is committed, if anybody waits.

    `not_before` is the moment until which the desk can take the time back.

    No queueing lock: two transactions that free something at once would wait for each other. A job too many finds
    nothing to do. At night it is looked at again when times are offered again.
    """
    if not WaitingPlace.objects.filter(state=WaitingState.WAITING).exists():
        return
    notifications.job(OFFER_FREED, not_before=not_before).defer()
    policy, now = ClinicPolicy.in_force(), not_before or clock.now()
    opens = OfferHours(policy.offers_from, policy.offers_until, clock.clinic_zone()).next_open(now)
    if opens > now and not _is_planned(opens):
        notifications.job(OFFER_FREED, not_before=opens).defer()


def _is_planned(at: datetime) -> bool:
    """Whether a job waits for that moment already; two of them do no harm."""
    return ProcrastinateJob.objects.filter(task_name=OFFER_FREED, status="todo", scheduled_at=at).exists()
