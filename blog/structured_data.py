"""What the pages say to machines, in the words of schema.org (JSON-LD)."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse

from blog.models import Category, Post, Term


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


def post_list(posts: Iterable[Post], category: Category | None) -> dict[str, Any]:
    """The blog or one of its categories, with the posts that the page shows and the way to it."""
    blog = absolute(reverse("blog:index"))
    steps = [("Blog", reverse("blog:index"))]
    if category:
        steps.append((category.name, category.get_absolute_url()))
    address = absolute(steps[-1][1])
    return graph(
        breadcrumbs(*steps),
        {
            "@type": "CollectionPage" if category else "Blog",
            "@id": f"{address}#blog",
            "url": address,
            "name": f"{settings.CLINIC['name']}: {category.name if category else 'blog'}",
            "inLanguage": settings.LANGUAGE_CODE,
            **({"isPartOf": {"@id": f"{blog}#blog"}} if category else {"publisher": clinic_named()}),
            ("hasPart" if category else "blogPost"): [
                {
                    "@type": "BlogPosting",
                    "@id": f"{absolute(post.get_absolute_url())}#post",
                    "headline": post.title,
                    "url": absolute(post.get_absolute_url()),
                }
                for post in posts
            ],
        },
    )


def clinic_named() -> dict[str, Any]:
    """The clinic as other pages name it; the home page describes it."""
    return {"@type": "MedicalClinic", "@id": clinic_id(), "name": settings.CLINIC["name"]}


def post_page(post: Post) -> dict[str, Any]:
    """A published post, with the way to it."""
    way = breadcrumbs(
        ("Blog", reverse("blog:index")),
        (post.category.name, post.category.get_absolute_url()),
        (post.title, post.get_absolute_url()),
    )
    return graph(way, blog_posting(post))


def blog_posting(post: Post) -> dict[str, Any]:
    """Describe a published post with its author, its dates and, once there was one, its review."""
    address = absolute(post.get_absolute_url())
    data: dict[str, Any] = {
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
        "publisher": clinic_named(),
    }
    if post.publish_at is not None:
        data["datePublished"] = post.publish_at.isoformat()
    if post.reviewer is not None and post.reviewed_on is not None:
        data["reviewedBy"] = {"@type": "Person", "name": post.reviewer.name}
        data["lastReviewed"] = post.reviewed_on.isoformat()
    return data
