"""How a page may look among a search engine's results, in the form in which it is written."""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from blog.publishing import PublishedPage

#: What search engines show of each on a wide screen; they measure in pixels, so this is about right.
TITLE = 60
DESCRIPTION = 155


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How many characters something has, of about how many are shown."""

    count: int
    shown: int

    @property
    def too_long(self) -> bool:
        """Whether its end is cut."""
        return self.count > self.shown


def render(page: PublishedPage | None, *, kind: type[PublishedPage]) -> SafeString:
    """The result as it would be with what is saved; static/js/search-result.js follows what is typed."""
    title = page.heading_for_search if page else ""
    description = page.description if page else ""
    name = settings.CLINIC["name"]
    return render_to_string(
        "admin/blog/search_result.html",
        {
            "title": f"{title} | {name}",
            "address": settings.SITE_URL + (page or kind(slug="new")).get_absolute_url(),
            "description": description,
            "clinic": name,
            "title_length": Length(count=len(title), shown=TITLE),
            "description_length": Length(count=len(description), shown=DESCRIPTION),
        },
    )
