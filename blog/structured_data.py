"""What the pages say to machines, in the words of schema.org (JSON-LD)."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse

from blog.models import Post, Term


def absolute(path: str) -> str:
    """The full address of a path on this site."""
    return f"{settings.SITE_URL}{path}"


def clinic_id() -> str:
    """The name under which other pages' data refer to the clinic."""
    return absolute("/#clinic")


def graph(*things: dict[str, Any]) -> dict[str, Any]:
    """Several descriptions of one page as one document."""
    return {"@context": "https://schema.org", "@graph": list(things)}


def breadcrumbs(*steps: tuple[str, str]) -> dict[str, Any]:
    """The way from the home page, as (name, path) pairs; the last one is the page itself."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": absolute(path)}
            for place, (name, path) in enumerate([("Home", "/"), *steps], start=1)
        ],
    }


def glossary_terms(terms: Iterable[Term]) -> dict[str, Any]:
    """The glossary as a set of defined terms, with the way to it."""
    address = absolute(reverse("glossary"))
    return graph(
        breadcrumbs(("Glossary", reverse("glossary"))),
        {
            "@type": "DefinedTermSet",
            "@id": f"{address}#terms",
            "name": f"{settings.CLINIC['name']}: glossary",
            "url": address,
            "hasDefinedTerm": [
                {
                    "@type": "DefinedTerm",
                    "@id": absolute(term.get_absolute_url()),
                    "name": term.name,
                    "description": term.explanation,
                    "inDefinedTermSet": {"@id": f"{address}#terms"},
                }
                for term in terms
            ],
        },
    )


def blog_posting(post: Post) -> dict[str, Any]:
    """Describe a published post with its author, its dates and, once there was one, its review."""
    address = absolute(post.get_absolute_url())
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "@id": f"{address}#post",
        "mainEntityOfPage": address,
        "url": address,
        "headline": post.title,
        "description": post.description,
        "articleSection": post.category.name,
        "inLanguage": settings.LANGUAGE_CODE,
        "dateModified": post.last_changed.isoformat(),
        "author": {"@type": "Person", "name": post.author.name},
        "publisher": {"@type": "MedicalClinic", "@id": clinic_id(), "name": settings.CLINIC["name"]},
    }
    if post.publish_at is not None:
        data["datePublished"] = post.publish_at.isoformat()
    if post.reviewer is not None and post.reviewed_on is not None:
        data["reviewedBy"] = {"@type": "Person", "name": post.reviewer.name}
        data["lastReviewed"] = post.reviewed_on.isoformat()
    return data
