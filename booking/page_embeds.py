"""Free times as pages of the site show them; `BookingConfig.ready` offers them to `blog.embeds`."""

from collections.abc import Collection
from dataclasses import dataclass

from booking.templatetags.free_times import FirstTimes, first_free
from services.models import ServiceOption

#: How many free times a page shows of one option.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class PageTimes:
    """What the template needs of one option."""

    option: ServiceOption
    found: list[FirstTimes]


def option_choices() -> list[tuple[str, str]]:
    """Everything that the website offers, by its slug."""
    options = ServiceOption.objects.bookable().select_related("service")
    return [(option.slug, str(option)) for option in options]


def load_free_times(slugs: Collection[str]) -> dict[str, PageTimes]:
    """The first free times of options that are still offered. One query, and two for each option."""
    options = ServiceOption.objects.bookable().filter(slug__in=slugs).select_related("service")
    return {option.slug: PageTimes(option, [first_free(option=option, count=SHOWN)]) for option in options}
