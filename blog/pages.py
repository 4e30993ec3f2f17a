"""How a page of any kind is found and answered: for the public, for who may change it, and for a shared preview.

A view of a kind asks `find` for its page and lets `seal` finish its answer; then previews of that kind work.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from blog.publishing import Publication, PublishedPage
from flexclinic.lib import when


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page that is shown by a link to its preview, saved or not, until the aware instant `until`."""

    page: Any
    until: datetime.datetime
    unsaved_at: datetime.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What stands above a page that is not shown to the public like this."""

    label: str
    sentence: str
    change_url: str = ""

    def __str__(self) -> str:
        return self.label


def kinds() -> list[type[PublishedPage]]:
    """Every kind of page that an editor publishes, in the order of their names."""
    found = [model for model in apps.get_models() if issubclass(model, PublishedPage)]
    return sorted(found, key=lambda kind: kind._meta.label_lower)


def may_change(request: HttpRequest, kind: type[models.Model]) -> bool:
    """Whether the visitor is one of the staff who may change pages of that kind."""
    user = getattr(request, "user", AnonymousUser())
    permission = f"{kind._meta.app_label}.change_{kind._meta.model_name}"
    return bool(user.is_active and user.is_staff and user.has_perm(permission))


def find(request: HttpRequest, pages: models.QuerySet[Any], *, slug: str, at: datetime.datetime) -> Any:
    """The page, when the public sees it at `at` or the visitor may change it; else 404, as if it did not exist.

    While a preview is shown it is the page of the preview, whatever the database holds.
    """
    shown = shown_by(request)
    if shown is not None and isinstance(shown.page, pages.model):
        return shown.page
    found = get_object_or_404(pages, slug=slug)
    if not found.is_published(at) and not may_change(request, pages.model):
        raise Http404
    return found


def shown_by(request: HttpRequest) -> Shown | None:
    """The preview that this request is for; see `blog.preview_view`."""
    return getattr(request, "shown_preview", None)


def note(request: HttpRequest, page: PublishedPage, *, at: datetime.datetime) -> Note | None:
    """What to say above the page; None where it is what everybody sees."""
    shown = shown_by(request)
    if shown is None:
        if page.is_published(at):
            return None
        return Note(
            label=str(page.publication(at).label),
            sentence=_hidden(page, at),
            change_url=_change_url(request, page),
        )
    until = f"This link works until {when.format_date_time(shown.until)}."
    if shown.unsaved_at:
        label = "Not saved"
        first = f"This is how it read at {when.format_time(shown.unsaved_at)}; nothing of it was saved then."
    else:
        label = str(page.publication(at).label)
        first = "Patients see this page." if page.is_published(at) else _hidden(page, at)
    return Note(label=label, sentence=f"{first} {until}", change_url=_change_url(request, page))


def seal(
    request: HttpRequest, response: HttpResponse, page: PublishedPage, *, at: datetime.datetime
) -> HttpResponse:
    """The answer; a preview is kept by nobody and found by nobody, and its link is passed on to nobody."""
    shown = shown_by(request)
    if shown is not None or not page.is_published(at):
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
    if shown is not None:
        response["Referrer-Policy"] = "no-referrer"
    return response


def _hidden(page: PublishedPage, at: datetime.datetime) -> str:
    match page.publication(at):
        case Publication.SCHEDULED:
            assert page.publish_at is not None
            return f"Patients do not see this page before {when.format_date_time(page.publish_at)}."
        case Publication.EXPIRED:
            assert page.expire_at is not None
            return f"Patients do not see this page since {when.format_date_time(page.expire_at)}."
    return "Patients do not see this page."


def _change_url(request: HttpRequest, page: PublishedPage) -> str:
    if page.pk is None or page._state.adding or not may_change(request, type(page)):
        return ""
    meta = page._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[page.pk])
