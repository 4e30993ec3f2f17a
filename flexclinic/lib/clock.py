"""The only place that asks what time it is, so that a test can say."""

import datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> datetime.datetime:
    """The present instant, aware, in UTC."""
    return datetime.datetime.now(datetime.UTC)


def clinic_zone() -> ZoneInfo:
    """The zone of the clinic's wall clock (`CLINIC_TIME_ZONE`)."""
    return ZoneInfo(settings.CLINIC_TIME_ZONE)


def today() -> datetime.date:
    """The date on the clinic's wall."""
    return now().astimezone(clinic_zone()).date()
