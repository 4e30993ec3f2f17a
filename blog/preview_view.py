"""/preview/<token>/: a page as its editor shows it to somebody who has no login."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve
from django.views.decorators.http import require_safe

from blog import previews


@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The page, by the view of its own address, with a banner. Links that open nothing are 404, all alike."""
    shown = previews.opened(token)
    if shown is None:
        raise Http404
    request.shown_preview = shown  # type: ignore[attr-defined]  # what blog.pages.find answers with
    match = resolve(shown.page.get_absolute_url())
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response
