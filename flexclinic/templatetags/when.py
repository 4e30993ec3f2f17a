"""Filters that write dates and times in the clinic's zone: `{% load when %}`."""

import datetime

from django import template

from flexclinic.lib import when

register = template.Library()


@register.filter
def clinic_date(moment: datetime.datetime | datetime.date) -> str:
    """Wednesday 6 August 2026."""
    return when.format_date(moment)


@register.filter
def clinic_day(moment: datetime.datetime | datetime.date) -> str:
    """Wednesday 6 August."""
    return when.format_date(moment, year=False)


@register.filter
def clinic_time(moment: datetime.datetime) -> str:
    """5:30pm."""
    return when.format_time(moment)


@register.filter
def clinic_date_time(moment: datetime.datetime) -> str:
    """Wednesday 6 August 2026 at 5:30pm."""
    return when.format_date_time(moment)


@register.filter
def machine_time(moment: datetime.datetime) -> str:
    """2026-08-06T17:30:00-04:00, for the `datetime` of a `<time>`, which takes no microseconds."""
    return when.in_clinic_zone(moment).isoformat(timespec="seconds")
