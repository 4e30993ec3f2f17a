"""The home page, and the pages of services and therapists."""

import datetime
from collections.abc import Mapping, Sequence
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from blog.models import Post
from blog.publishing import PublishedPage, PublishedPageQuerySet
from flexclinic.lib import clock
from services import structured_data
from services.models import Condition, Service, ServiceOption, Therapist
from services.rendering import prose

POSTS_ON_HOME = 3

Page = TypeVar("Page", bound=PublishedPage)


def _services(at: datetime.datetime) -> PublishedPageQuerySet:
    """The published services, each with its bookable options as `offered`. Two queries."""
    offered = Prefetch("options", queryset=ServiceOption.objects.bookable(), to_attr="offered")
    return Service.objects.published(at).prefetch_related(offered)


def _therapists(at: datetime.datetime) -> PublishedPageQuerySet:
    """The published therapists, each with the bookable options that they give as `gives`. Two queries."""
    gives = Prefetch(
        "options", queryset=ServiceOption.objects.bookable().select_related("service"), to_attr="gives"
    )
    return Therapist.objects.published(at).prefetch_related(gives)


def _first_visit(services: Sequence[Service]) -> ServiceOption | None:
    """What somebody new would book: an option for new patients, else the first that is not for returning ones."""
    options: list[ServiceOption] = [option for service in services for option in service.offered]  # type: ignore[attr-defined]
    for clientele in (ServiceOption.Clientele.NEW, ServiceOption.Clientele.EVERYONE):
        for option in options:
            if option.clientele == clientele:
                return option
    return None


def _services_of(gives: Sequence[ServiceOption], at: datetime.datetime) -> list[Service]:
    """The published services among the options, in the clinic's order."""
    found = {option.service_id: option.service for option in gives if option.service.is_published(at)}
    return sorted(found.values(), key=lambda service: (service.position, service.title))


def _may_preview(request: HttpRequest, permission: str) -> bool:
    user = getattr(request, "user", AnonymousUser())
    return bool(user.is_active and user.is_staff and user.has_perm(permission))


def page_or_404(request: HttpRequest, kind: type[Page], slug: str, at: datetime.datetime) -> Page:
    """The page, when the public sees it at `at` or the visitor may change it; else 404, as if it did not exist."""
    found: Page = get_object_or_404(kind._default_manager.select_related("reviewer"), slug=slug)
    permission = f"services.change_{kind._meta.model_name}"
    if not found.is_published(at) and not _may_preview(request, permission):
        raise Http404
    return found


def answer(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    page: PublishedPage,
    at: datetime.datetime,
) -> HttpResponse:
    """The page; a preview is kept by nobody and found by nobody."""
    preview = not page.is_published(at)
    response = render(
        request, template, {**context, "page": page, "preview": page.publication(at).label if preview else ""}
    )
    if preview:
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front door."""
    at = clock.now()
    found = list(_services(at))
    return render(
        request,
        "home.html",
        {
            "services": found,
            "first_visit": _first_visit(found),
            "therapists": Therapist.objects.published(at),
            "conditions": Condition.objects.published(at),
            "posts": Post.objects.published(at).for_list()[:POSTS_ON_HOME],
            "structured_data": structured_data.graph(structured_data.clinic()),
        },
    )


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """What is offered, for how long and how much."""
    found = list(_services(clock.now()))
    return render(
        request,
        "services/service_list.html",
        {
            "services": found,
            "first_visit": _first_visit(found),
            "structured_data": structured_data.graph(
                structured_data.breadcrumbs(("Services", request.path)), structured_data.page_list(found)
            ),
        },
    )


@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponse:
    """One service. Whoever may change it sees it before its hour, with a banner that says so."""
    at = clock.now()
    found = page_or_404(request, Service, slug, at)
    options = list(ServiceOption.objects.bookable().filter(service_id=found.pk).select_related("service"))
    given_by = Therapist.objects.published(at).filter(bookable=True, options__in=options).distinct()
    context = {
        "body": prose(found.body),
        "options": options,
        "therapists": given_by,
        "structured_data": structured_data.graph(
            structured_data.breadcrumbs(("Services", "/services/"), (found.title, found.get_absolute_url())),
            structured_data.service(found, options),
        ),
    }
    return answer(request, "services/service.html", context, found, at)


@require_safe
def therapists(request: HttpRequest) -> HttpResponse:
    """Who works here."""
    at = clock.now()
    found = list(_therapists(at))
    return render(
        request,
        "services/therapist_list.html",
        {
            "people": [(person, _services_of(person.gives, at)) for person in found],
            "structured_data": structured_data.graph(
                structured_data.breadcrumbs(("Therapists", request.path)),
            ),
        },
    )


@require_safe
def therapist(request: HttpRequest, slug: str) -> HttpResponse:
    """One therapist. Whoever may change the page sees it before its hour, with a banner that says so."""
    at = clock.now()
    found = page_or_404(request, Therapist, slug, at)
    gives = list(
        ServiceOption.objects.bookable()
        .filter(therapists=found.pk)
        .select_related("service")
        .order_by("service__position", "service__title", "position", "minutes")
    )
    context = {
        "bio": prose(found.bio),
        "gives": gives if found.bookable else [],
        "services": _services_of(gives, at),
        "structured_data": structured_data.graph(
            structured_data.breadcrumbs(
                ("Therapists", "/therapists/"), (found.title, found.get_absolute_url())
            ),
            structured_data.therapist(found),
        ),
    }
    return answer(request, "services/therapist.html", context, found, at)
