"""What the clinic explains: conditions and muscles."""

from collections.abc import Iterable

from django.db.models import Q
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from blog.models import Post
from blog.rendering import regions
from flexclinic.lib import clock
from services import structured_data
from services.models import CONDITION_BLOCKS, Condition, Muscle, ServiceOption
from services.views import answer, page_or_404


@require_safe
def conditions(request: HttpRequest) -> HttpResponse:
    """What people come with, from A to Z by its plain name, and how much is known about each."""
    found = list(Condition.objects.published(clock.now()).order_by(Lower("title")))
    return render(
        request,
        "services/condition_list.html",
        {
            "conditions": found,
            "structured_data": structured_data.graph(
                structured_data.breadcrumbs(("Conditions", request.path)), structured_data.page_list(found)
            ),
        },
    )


@require_safe
def condition(request: HttpRequest, slug: str) -> HttpResponse:
    """One condition. Whoever may change it sees it before its hour, with a banner that says so."""
    at = clock.now()
    found = page_or_404(request, Condition, slug, at)
    blocks = regions(found, CONDITION_BLOCKS)
    offered, first_visit = _offered(found)
    context = {
        "sections": {key: blocks[key] for key in blocks if blocks[key]},
        "titles": {region.key: region.title for region in Condition.regions},
        "offered": offered,
        "service_shown": offered is not None and offered.service.is_published(at),
        "first_visit": first_visit,
        "muscles": Muscle.objects.published(at).filter(conditions=found.pk),
        "related": Condition.objects.published(at).filter(related=found.pk),
        "posts": Post.objects.published(at).filter(conditions=found.pk),
        "structured_data": structured_data.graph(
            structured_data.breadcrumbs(
                ("Conditions", "/conditions/"), (found.title, found.get_absolute_url())
            ),
            structured_data.condition(found),
        ),
    }
    return answer(request, "services/condition.html", context, found, at)


def _offered(page: Condition) -> tuple[ServiceOption | None, ServiceOption | None]:
    """What the page offers, and what somebody new would book; None for what the website does not offer. One query."""
    new = ServiceOption.Clientele.NEW
    options: Iterable[ServiceOption] = (
        ServiceOption.objects.bookable()
        .filter(Q(pk=page.option_id) | Q(clientele=new))
        .select_related("service")
        .order_by("service__position", "position")
    )
    own = next((option for option in options if option.pk == page.option_id), None)
    first = next((option for option in options if option.clientele == new and option != own), None)
    return own, first


@require_safe
def muscles(request: HttpRequest) -> HttpResponse:
    """The muscles whose tender spots are known, from the head down."""
    found = list(Muscle.objects.published(clock.now()))
    return render(
        request,
        "services/muscle_list.html",
        {
            "muscles": found,
            "structured_data": structured_data.graph(
                structured_data.breadcrumbs(("Muscles", request.path)), structured_data.page_list(found)
            ),
        },
    )


@require_safe
def muscle(request: HttpRequest, slug: str) -> HttpResponse:
    """One muscle. Whoever may change it sees it before its hour, with a banner that says so."""
    at = clock.now()
    found = page_or_404(request, Muscle, slug, at)
    context = {
        "conditions": Condition.objects.published(at).filter(muscles=found.pk),
        "neighbors": Muscle.objects.published(at).filter(region=found.region).exclude(pk=found.pk),
        "structured_data": structured_data.graph(
            structured_data.breadcrumbs(("Muscles", "/muscles/"), (found.title, found.get_absolute_url())),
            structured_data.muscle(found),
        ),
    }
    return answer(request, "services/muscle.html", context, found, at)
