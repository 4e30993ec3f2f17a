"""Who else has a page open. It is a warning, no lock: `conflicts` keeps what two people write apart."""

from typing import Any

from django.contrib.contenttypes.models import ContentType

from blog.editing import OpenPage
from blog.publishing import PublishedPage
from flexclinic.lib import clock


def opened(page: PublishedPage, *, by: Any) -> list[OpenPage]:
    """Note that somebody opens the page to change it, and give the others who have it open, the first first."""
    now = clock.now()
    content_type = ContentType.objects.get_for_model(page)
    OpenPage.objects.filter(opened_at__lte=now - OpenPage.LASTS).delete()
    OpenPage.objects.bulk_create(
        [OpenPage(content_type=content_type, object_id=page.pk, user=by, opened_at=now)],
        update_conflicts=True,
        unique_fields=["content_type", "object_id", "user"],
        update_fields=["opened_at"],
    )
    others = OpenPage.objects.filter(content_type=content_type, object_id=page.pk).exclude(user=by)
    return list(others.select_related("user").order_by("opened_at"))


def left(page: PublishedPage, *, by: Any) -> None:
    """Somebody has saved the page and gone on to another."""
    content_type = ContentType.objects.get_for_model(page)
    OpenPage.objects.filter(content_type=content_type, object_id=page.pk, user=by).delete()


def name_of(user: Any) -> str:
    """What colleagues call somebody."""
    return (user.get_full_name() or user.get_username()) if user else "Somebody"
