"""The blog's pages and the pages about the clinic, for the public and as previews for those who may change them."""

import hashlib
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from blog import feeds, pages, related
from blog.models import PAGE_BLOCKS, POST_BLOCKS, Author, Category, Page, Post, PostQuerySet, Tag
from blog.rendering import body
from blog.structured_data import absolute, breadcrumbs, graph, post_list, post_page
from flexclinic.lib import clock

POSTS_A_PAGE = 10
ABOUT = "About us"
INTRODUCTION = "Plain words on muscle pain, massage, and what to expect of a visit."


def _list(request: HttpRequest, posts: PostQuerySet, **context: Any) -> HttpResponse:
    """A list of posts, 10 a page, with the subjects to choose from."""
    paginator = Paginator(posts.for_list(), POSTS_A_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    suffix = f"?page={page.number}" if page.number > 1 else ""
    return render(
        request,
        "blog/post_list.html",
        {
            "page": page,
            "heading": "Blog",
            "introduction": INTRODUCTION,
            "categories": Category.objects.with_posts(clock.now()),
            "canonical_url": absolute(request.path) + suffix,
            "structured_data": post_list(page, context.get("category")),
            **context,
        },
    )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All posts, newest first (`?page=`)."""
    return _list(request, Post.objects.published(clock.now()), everything=True)


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """A category's posts, newest first (`?page=`)."""
    found = get_object_or_404(Category, slug=slug)
    posts = Post.objects.published(clock.now()).filter(category=found)
    return _list(request, posts, category=found, heading=found.name, introduction=found.description)


@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    """Who somebody is, and their posts, newest first (`?page=`)."""
    found = get_object_or_404(Author, slug=slug)
    posts = Post.objects.published(clock.now()).filter(author=found)
    return _list(request, posts, author=found, heading=found.name, introduction=found.role)


@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """The posts that have a tag, newest first (`?page=`)."""
    found = get_object_or_404(Tag, slug=slug)
    posts = Post.objects.published(clock.now()).filter(tags=found)
    introduction = f"Posts tagged “{found.name}”."
    return _list(request, posts, tag=found, heading=found.name, introduction=introduction)


@require_safe
def post(request: HttpRequest, slug: str) -> HttpResponse:
    """One post. Whoever may change it sees it before its hour, with a banner that says so."""
    at = clock.now()
    found: Post = pages.find(request, Post.objects.for_page(), slug=slug, at=at)
    preview = pages.note(request, found, at=at)
    response = render(
        request,
        "blog/post.html",
        {
            "post": found,
            "blocks": body(found, POST_BLOCKS),
            "for_editor": pages.may_change(request, Post),
            "preview": preview,
            "structured_data": None if preview else post_page(found),
            "newer": None if preview else found.newer(at),
            "older": None if preview else found.older(at),
            "related": related.to(found, at=at),
            "canonical_url": absolute(found.get_absolute_url()),
        },
    )
    return pages.seal(request, response, found, at=at)


@require_safe
def pages_index(request: HttpRequest) -> HttpResponse:
    """The pages about the clinic, in the clinic's order."""
    return render(
        request,
        "blog/page_list.html",
        {
            "pages": Page.objects.published(clock.now()),
            "canonical_url": absolute(request.path),
            "structured_data": graph(breadcrumbs((ABOUT, request.path))),
        },
    )


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One page about the clinic. Whoever may change it sees it before its hour, with a banner that says so."""
    at = clock.now()
    found: Page = pages.find(request, Page.objects.select_related("author", "reviewer"), slug=slug, at=at)
    response = render(
        request,
        "blog/page.html",
        {
            "page": found,
            "blocks": body(found, PAGE_BLOCKS),
            "preview": pages.note(request, found, at=at),
            "canonical_url": absolute(found.get_absolute_url()),
            "structured_data": graph(
                breadcrumbs((ABOUT, reverse("pages:index")), (found.title, found.get_absolute_url()))
            ),
        },
    )
    return pages.seal(request, response, found, at=at)


@require_safe
def feed(request: HttpRequest) -> HttpResponseBase:
    """The newest posts as an Atom feed."""
    return _feed(request, category=None)


@require_safe
def category_feed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A category's newest posts as an Atom feed."""
    return _feed(request, category=get_object_or_404(Category, slug=slug))


def _feed(request: HttpRequest, *, category: Category | None) -> HttpResponseBase:
    """The feed, or that it is as it was: readers ask every hour, and most hours there is nothing new."""
    posts = feeds.newest(at=clock.now(), category=category)
    body = feeds.atom(posts, category=category).encode()
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    response["ETag"] = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    if changed := feeds.changed(posts):
        response["Last-Modified"] = http_date(changed.timestamp())
    patch_cache_control(response, public=True, max_age=300)
    same = get_conditional_response(
        request,
        etag=response["ETag"],
        last_modified=int(changed.timestamp()) if changed else None,
        response=response,
    )
    return same or response
