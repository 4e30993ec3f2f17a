"""Every date and time that a person sees is written here, in the clinic's zone.

Wording after the NHS service manual: "Wednesday 6 August 2026", "5:30pm", "9am".
"""

import datetime

from flexclinic.lib.clock import clinic_zone


def in_clinic_zone(moment: datetime.datetime) -> datetime.datetime:
    """The same instant on the clinic's wall clock. Raises ValueError for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return moment.astimezone(clinic_zone())


def format_date(moment: datetime.datetime | datetime.date, *, year: bool = True) -> str:
    """Give "Wednesday 6 August 2026" (or without the year). A plain date is taken as it is."""
    day = in_clinic_zone(moment) if isinstance(moment, datetime.datetime) else moment
    text = f"{day:%A} {day.day} {day:%B}"
    return f"{text} {day.year}" if year else text


def format_wall_time(hour: int, minute: int) -> str:
    """Give "9am", "5:30pm", "12 noon" or "12 midnight" for a time on the wall clock."""
    if (hour, minute) == (12, 0):
        return "12 noon"
    if (hour, minute) in {(0, 0), (24, 0)}:
        return "12 midnight"
    half = "am" if hour < 12 else "pm"
    hours = hour % 12 or 12
    return f"{hours}:{minute:02}{half}" if minute else f"{hours}{half}"


def format_stretch(start: int, end: int) -> str:
    """Give "9am to 5:30pm" for minutes since midnight on the wall clock."""
    return f"{format_wall_time(*divmod(start, 60))} to {format_wall_time(*divmod(end, 60))}"


def format_time(moment: datetime.datetime) -> str:
    """Give "5:30pm"; in an hour that the clock shows twice also which one: "1:30am (EDT)"."""
    local = in_clinic_zone(moment)
    text = format_wall_time(local.hour, local.minute)
    shown_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{text} ({local:%Z})" if shown_twice else text


def format_date_time(moment: datetime.datetime) -> str:
    """Give "Wednesday 6 August 2026 at 5:30pm"."""
    return f"{format_date(moment)} at {format_time(moment)}"


def format_range(start: datetime.datetime, end: datetime.datetime) -> str:
    """Give "5:30pm to 6:30pm"."""
    return f"{format_time(start)} to {format_time(end)}"
