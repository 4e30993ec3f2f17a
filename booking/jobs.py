"""What the worker does: deliver messages, and put right what a killed worker left behind."""

import logging

from asgiref.sync import sync_to_async
from django.db import connection
from procrastinate import BaseRetryStrategy, RetryDecision, RetryStrategy, exceptions
from procrastinate.contrib.django import app
from procrastinate.jobs import Job, Status
from procrastinate.types import JSONDict

from booking import day_list, delivery, fresh_link, offering, reminders, waiting_ends, waitlist
from booking.enums import NotificationStatus
from booking.freed import OFFER_FREED
from booking.models import AppointmentLink, Offer, WaitingLink
from booking.notifications import DELIVER
from booking.offering import EXPIRE_OFFER
from flexclinic.lib import clock

logger = logging.getLogger(__name__)

#: One queue for all, so that every worker that sends messages also looks after them.
QUEUE = "messages"
SWEEP = "booking.jobs.sweep"
DAY_LISTS = "booking.jobs.day_lists"
TIDY = "booking.jobs.tidy"
REMIND = "booking.jobs.remind"
#: Ahead of the messages: after a long outage there may be thousands of them.
_FIRST = 10

FIRST_WAIT = 15  # seconds
LONGEST_WAIT = 30 * 60  # seconds
#: A worker that has not been heard of for so long is taken for dead. It is heard of every 10 seconds.
STALLED_SECONDS = 30
#: A message that waits for longer than this and has no job is given a new one.
LOST_MINUTES = 5
_AT_ONCE = 1000
KEEP_JOBS_HOURS = 30 * 24


class GrowingWaits(BaseRetryStrategy):
    """Try again after 15 seconds, then twice as long each time, up to half an hour.

    There is no last try here: a message ends by itself, two days after it was written, at the latest.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """When to run the job again; `job.attempts` counts the tries before this one."""
        doubled = FIRST_WAIT * 2 ** min(job.attempts, 20)
        return RetryDecision(retry_in={"seconds": min(doubled, LONGEST_WAIT)})


@app.task(name=DELIVER, queue=QUEUE, retry=GrowingWaits())
def deliver(*, notification_id: int) -> str:
    """Send one message of the outbox. What is raised brings the job back later."""
    return delivery.deliver(notification_id=notification_id).value


@app.task(name=day_list.DELIVER, queue=QUEUE, retry=GrowingWaits())
def deliver_day_list(*, day_list_id: int) -> str:
    """Send one list of a day. What is raised brings the job back later."""
    settled = day_list.deliver(day_list_id=day_list_id)
    return settled.value if settled else "settled before"


@app.periodic(cron="* * * * *")
@app.task(name=DAY_LISTS, queue=QUEUE, queueing_lock=DAY_LISTS, priority=_FIRST)
def day_lists(timestamp: int) -> None:
    """Every minute: write the day's lists that are due."""
    day_list.write_due()


@app.task(name=fresh_link.ANSWER, queue=QUEUE, retry=RetryStrategy(max_attempts=10, exponential_wait=2))
def answer_lost_link(*, reference: str, proof: str) -> None:
    """Send a fresh link, if who asked for it knows the booking."""
    fresh_link.answer(reference=reference, proof=proof)


# Every minute, too, because a time comes free in more ways than one: hours are added, a hold ends.
@app.periodic(cron="* * * * *", queueing_lock=OFFER_FREED)
@app.task(name=OFFER_FREED, queue=QUEUE, priority=_FIRST)
def offer_freed(timestamp: int = 0) -> int:
    """Offer free times to the waiting list; also at once when `booking.freed` says so. Gives the number of offers."""
    return len(offering.offer_freed())


@app.task(name=EXPIRE_OFFER, queue=QUEUE, priority=_FIRST)
def expire_offer(*, offer_id: int) -> bool:
    """At the moment at which an offer ends: end it, which has the time offered to the next."""
    offer = Offer.objects.filter(pk=offer_id).first()
    return offer is not None and waitlist.expire(offer=offer)


# PostgreSQL lets only one worker defer a periodic job for each minute. The queueing lock keeps them from
# piling up while no worker is free. There is no `lock`: a killed worker's sweep would hold it for ever.
@app.periodic(cron="* * * * *")
@app.task(name=SWEEP, queue=QUEUE, queueing_lock=SWEEP, priority=_FIRST)
async def sweep(timestamp: int) -> None:
    """Every minute: bring back the jobs of workers that died, and messages whose job is gone."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await _bring_back(job)
    lost = await sync_to_async(lost_messages)()
    if lost:
        logger.warning("%d waiting messages had no job and got a new one", len(lost))
        jobs: list[JSONDict] = [{"notification_id": pk} for pk in lost]
        await app.configure_task(DELIVER, queue=QUEUE).batch_defer_async(*jobs)


@app.periodic(cron="* * * * *")
@app.task(name=REMIND, queue=QUEUE, queueing_lock=REMIND, priority=_FIRST)
def remind(timestamp: int) -> None:
    """Every minute: write the reminders and the messages after a visit that are due. It catches up after an outage."""
    reminders.write_due()


@app.periodic(cron="17 3 * * *")
@app.task(name=TIDY, queue=QUEUE, queueing_lock=TIDY)
async def tidy(timestamp: int) -> None:
    """Every night: forget jobs that ended a month ago and links that open nothing any more; tidy the waiting list."""
    await app.job_manager.delete_old_jobs(
        nb_hours=KEEP_JOBS_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
    await sync_to_async(_forget_expired_links)()
    await sync_to_async(waiting_ends.end_over)()


async def _bring_back(job: Job) -> None:
    try:
        if job.task_name in {DELIVER, day_list.DELIVER, fresh_link.ANSWER}:
            logger.warning("job %s was left by a worker that died and runs again", job.id)
            await app.job_manager.retry_job(job)
        else:  # a periodic one: its next turn does the same, and its queueing lock may be taken by then
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
    except exceptions.ConnectorException as error:
        logger.info("job %s has moved on by itself: %s", job.id, type(error).__name__)


def lost_messages() -> list[int]:
    """The waiting messages, oldest first, that no job will deliver. At most a thousand at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT notification.id
              FROM booking_notification AS notification
             WHERE notification.status = %(waiting)s
               AND greatest(notification.created_at, notification.not_before)
                   < %(now)s - make_interval(mins => %(minutes)s)
               AND NOT EXISTS (
                    SELECT FROM procrastinate_jobs AS job
                     WHERE job.task_name = %(task)s
                       AND job.status IN ('todo', 'doing')
                       AND (job.args ->> 'notification_id')::bigint = notification.id
                   )
             ORDER BY notification.created_at
             LIMIT %(at_once)s
            """,
            {
                "waiting": NotificationStatus.WAITING,
                "now": clock.now(),
                "minutes": LOST_MINUTES,
                "task": DELIVER,
                "at_once": _AT_ONCE,
            },
        )
        return [pk for (pk,) in cursor.fetchall()]


def _forget_expired_links() -> None:
    AppointmentLink.objects.filter(expires_at__lt=clock.now()).delete()
    WaitingLink.objects.filter(expires_at__lt=clock.now()).delete()
