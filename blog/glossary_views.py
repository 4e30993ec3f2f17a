"""The glossary: every term on one page, each at an address of its own within it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from blog.models import Term
from blog.structured_data import absolute, glossary_terms


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """All terms, in the order of the alphabet."""
    terms = list(Term.objects.all())
    return render(
        request,
        "blog/glossary.html",
        {
            "terms": terms,
            "letters": sorted({term.name[0].upper() for term in terms}),
            "structured_data": glossary_terms(terms),
            "canonical_url": absolute(request.path),
        },
    )
