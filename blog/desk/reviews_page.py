"""/admin/reviews/: what has to be reviewed, over all kinds of pages that somebody may see."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from blog import pages
from blog.publishing import PublishedPage
from blog.reviews import reviews
from flexclinic.lib import clock


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Overdue, due in 30 days, never reviewed."""
    kinds = [kind for kind in pages.kinds() if pages.may_change(request, kind)]
    if not kinds:
        raise PermissionDenied
    found = reviews(kinds, on=clock.today(), at=clock.now())
    groups = (
        ("overdue", "Overdue", found.overdue),
        ("soon", "Due in the next 30 days", found.soon),
        ("never", "Never reviewed", found.never),
    )
    context = {
        **admin.site.each_context(request),
        "title": "Reviews",
        "empty": found.empty,
        "groups": [
            {"key": key, "title": title, "lines": [_line(page) for page in listed]}
            for key, title, listed in groups
        ],
    }
    return TemplateResponse(request, "admin/blog/reviews.html", context)


def _line(page: PublishedPage) -> dict[str, Any]:
    meta = page._meta
    try:
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[page.pk])
    except NoReverseMatch:  # a kind that has no place in the admin
        url = ""
    return {"page": page, "kind": str(meta.verbose_name).capitalize(), "url": url}
