"""A start as it stands in an address: the clinic's wall time, with the UTC offset where the clock shows it twice."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from booking import walltime
from booking.exceptions import MissingHourError, ShownTwiceError, StartNotReadableError

#: In the place of a therapist: whoever is free.
ANYONE = "anyone"

_WRITTEN = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})([+-]\d{2}:\d{2})?", re.ASCII)


def write_start(zone: ZoneInfo, instant: int) -> str:
    """Write an instant (whole seconds since the epoch) as in 2026-11-24T10:00, with -05:00 only where it is needed."""
    text = walltime.iso_instant(zone, instant)
    wall = text[:16]
    twice = len(walltime.instants_of(zone, datetime.fromisoformat(wall))) > 1
    return text if twice else wall


def read_start(zone: ZoneInfo, text: str) -> datetime:
    """Read a start from an address as an aware instant in UTC.

    Raises StartNotReadableError, MissingHourError for a wall time that the clock skips (or never shows with that
    offset), ShownTwiceError for one that needs its offset.
    """
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise StartNotReadableError
    try:
        written = datetime.fromisoformat(text)
    except ValueError as error:
        raise StartNotReadableError from error
    if not 1970 <= written.year <= walltime.LAST_YEAR:
        raise StartNotReadableError
    instants = walltime.instants_of(zone, written.replace(tzinfo=None))
    if written.tzinfo:
        instants = tuple(instant for instant in instants if instant == int(written.timestamp()))
    if not instants:
        raise MissingHourError
    if len(instants) > 1:
        raise ShownTwiceError
    return datetime.fromtimestamp(instants[0], UTC)
