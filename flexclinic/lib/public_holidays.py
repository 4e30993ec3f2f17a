"""The public holidays of the clinic's country and region (`CLINIC_COUNTRY`, `CLINIC_REGION`), from `holidays`."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import holidays
from django.conf import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHoliday:
    """A date with the name of what is celebrated; more than one name where two fall on it."""

    date: dt.date
    names: tuple[str, ...]


@lru_cache(maxsize=1)
def countries() -> tuple[str, ...]:
    """The countries whose holidays are known, as ISO 3166-1 codes of two letters."""
    known = holidays.list_supported_countries(include_aliases=False)
    return tuple(sorted(code for code in known if len(code) == 2))


@lru_cache(maxsize=8)
def regions(country: str) -> tuple[str, ...]:
    """The regions of a country that may have holidays of their own: their codes, and for some countries their names."""
    if country not in countries():
        return ()
    known = holidays.country_holidays(country)
    return tuple(sorted({*known.subdivisions, *known.subdivisions_aliases}))


def region_of_the_clinic() -> str:
    """`CLINIC_REGION` where it names a region with known holidays; empty where the country's own must do."""
    region: str = settings.CLINIC["region"]
    return region if region in regions(settings.CLINIC["country"]) else ""


def between(first: dt.date, last: dt.date) -> list[PublicHoliday]:
    """The clinic's public holidays on the dates from `first` to `last`, both included, by date.

    In English where the package has the words. None for a country that is not known.
    """
    country: str = settings.CLINIC["country"]
    if country not in countries():
        return []
    found = holidays.country_holidays(
        country,
        subdiv=region_of_the_clinic() or None,
        years=range(first.year, last.year + 1),
        language="en_US",
    )
    return [
        PublicHoliday(date=day, names=tuple(name.replace("'", "’") for name in found.get_list(day)))
        for day in sorted(found)
        if first <= day <= last
    ]
