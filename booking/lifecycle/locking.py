"""One act, one transaction: begun again where it gave way, its locks taken in one order, a lost race in words."""

import functools
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg import errors

from booking import contacts
from booking.exceptions import (
    DiaryIsBusyError,
    RecordHasChangedError,
    TimeJustGoneError,
)
from flexclinic.lib import when
from services.models import ServiceOption, Therapist

logger = logging.getLogger(__name__)


_TRIES = 3


P = ParamSpec("P")


R = TypeVar("R")


def one_transaction(act: Callable[P, R]) -> Callable[P, R]:
    """Run a function in a transaction; start again when PostgreSQL chose it to give way; translate a lost race."""

    @functools.wraps(act)
    def in_one_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        tries = 1 if connection.in_atomic_block else _TRIES
        for attempt in range(1, tries + 1):
            try:
                with transaction.atomic():
                    return act(*args, **kwargs)
            except IntegrityError as error:
                if isinstance(error.__cause__, errors.ExclusionViolation):
                    raise TimeJustGoneError from error
                if isinstance(error.__cause__, errors.ForeignKeyViolation):
                    raise RecordHasChangedError from error  # merged or erased meanwhile
                raise
            except OperationalError as error:
                if isinstance(error.__cause__, errors.LockNotAvailable):
                    raise DiaryIsBusyError from error
                gave_way = isinstance(error.__cause__, errors.DeadlockDetected | errors.SerializationFailure)
                if not gave_way or connection.in_atomic_block:
                    raise  # within another transaction the outermost begins again
                logger.warning("%s gave way to another transaction (try %d)", act.__name__, attempt)
        raise DiaryIsBusyError

    return in_one_transaction


_LOCK_SQL = "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(%s, %s)"


_LOCK_LIMITED_SQL = """
SELECT set_config('lock_timeout', %(wait)s, true), pg_advisory_xact_lock(-day, therapist_id) FROM (
  SELECT day, therapist_id::int
  FROM booking_workingday JOIN services_therapist_options USING (therapist_id)
  CROSS JOIN unnest(%(days)s::int[]) AS day
  WHERE serviceoption_id = %(option)s AND (%(therapist)s::bigint IS NULL OR therapist_id = %(therapist)s)
    AND (most_visits IS NOT NULL OR break_minutes IS NOT NULL)
  ORDER BY therapist_id, day
) AS limited
"""


def lock_limited(*, option: ServiceOption, therapist: Therapist | None, start: datetime) -> None:
    """Lock the days that have limits, so that no other patient books there until the transaction ends.

    No constraint of the database counts a day's visits or leaves room for a break. A day of a therapist is locked by
    the negative of its ordinal, a day of an option by the ordinal, always in this order.
    """
    moments = (start - timedelta(minutes=option.buffer_before), start)
    days = sorted({when.in_clinic_zone(moment).toordinal() for moment in moments})
    with connection.cursor() as cursor:
        cursor.execute(
            _LOCK_LIMITED_SQL,
            {
                "days": days,
                "option": option.pk,
                "therapist": therapist.pk if therapist else None,
                "wait": contacts.LONGEST_WAIT,
            },
        )
        if option.most_a_day is not None:
            for day in days:
                cursor.execute(_LOCK_SQL, [contacts.LONGEST_WAIT, day, option.pk])


def lock_diaries(therapist_ids: set[int], room_ids: set[int]) -> None:
    """Advisory locks to the end of the transaction, in one order for everybody, so that moves never deadlock."""
    keys = sorted([(1, pk) for pk in therapist_ids] + [(2, pk) for pk in room_ids])
    with connection.cursor() as cursor:
        for kind, pk in keys:
            cursor.execute(_LOCK_SQL, [contacts.LONGEST_WAIT, kind, pk])
