"""Addresses that pages had before: whoever follows an old one is led on to the page for good.

A former address belongs to a page, not to another address. So there are no chains: however often a page is renamed,
each of its old addresses leads straight to where it is now.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect

from flexclinic.lib import clock

GetResponse: TypeAlias = Callable[[HttpRequest], HttpResponseBase]

LONGEST = 500  # characters
NEVER = ("/admin/", "/staff/", "/static/", "/media/", "/preview/")


class FormerAddress(models.Model):
    """A path at which the public could once see a page."""

    path = models.CharField(max_length=LONGEST, unique=True)
    content_type = models.ForeignKey("contenttypes.ContentType", on_delete=models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()
    noted_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["content_type", "object_id"], name="blog_former_of_page")]

    def __str__(self) -> str:
        return self.path

    def page(self) -> Any:
        """The page as it is now; None when it was deleted."""
        kind = self.content_type.model_class()
        return kind._base_manager.filter(pk=self.object_id).first() if kind else None


def note_move(page: Any, *, old: str, new: str, seen: bool) -> None:
    """Inside the transaction that moves a page: keep its old path if the public had seen it there.

    The newest page that left a path has it. A path that the page comes back to leads nowhere any more.
    """
    of_page = {"content_type": ContentType.objects.get_for_model(page), "object_id": page.pk}
    FormerAddress.objects.filter(path=new, **of_page).delete()
    if seen:
        FormerAddress.objects.bulk_create(
            [FormerAddress(path=old, noted_at=clock.now(), **of_page)],
            update_conflicts=True,
            unique_fields=["path"],
            update_fields=["content_type", "object_id", "noted_at"],
        )


def led_to(page: Any) -> Any:
    """The other page to which the path of this one leads while nothing is there; None for most paths."""
    mine = ContentType.objects.get_for_model(page)
    found = FormerAddress.objects.filter(path=page.get_absolute_url()).exclude(
        content_type=mine, object_id=page.pk or 0
    )
    former = found.select_related("content_type").first()
    return former.page() if former else None


def lead_on(request: HttpRequest) -> HttpResponsePermanentRedirect | None:
    """To where the page of this old path is now, with the query; None where no page that the public sees had it."""
    path = request.path
    if len(path) > LONGEST or "\0" in path or path.startswith(NEVER):
        return None
    former = FormerAddress.objects.filter(path=path).select_related("content_type").first()
    page = former.page() if former else None
    if page is None or not page.is_published(clock.now()) or page.get_absolute_url() == path:
        return None
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(page.get_absolute_url() + (f"?{query}" if query else ""))


def former_addresses(get_response: GetResponse) -> GetResponse:
    """Middleware: where nothing was found, look whether a page was there before."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code == 404 and request.method in {"GET", "HEAD"}:
            return lead_on(request) or response
        return response

    return middleware
