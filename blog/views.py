"""The blog's pages for the public, and a post's preview for those who may change it."""

import datetime
import hashlib

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from blog import feeds, related
from blog.models import POST_BLOCKS, Category, Post
from blog.rendering import body
from blog.structured_data import absolute, post_list, post_page
from flexclinic.lib import clock

POSTS_A_PAGE = 10


def _get_post(request: HttpRequest, slug: str, at: datetime.datetime) -> Post:
    """The post, when the public sees it at `at` or the visitor may change it; else 404, as for no post."""
    post: Post = get_object_or_404(Post.objects.for_page(), slug=slug)
    if not post.is_published(at) and not _may_preview(request):
        raise Http404
    return post


def _may_preview(request: HttpRequest) -> bool:
    user = request.user
    return bool(user.is_active and user.is_staff and user.has_perm("blog.change_post"))


def _list(request: HttpRequest, *, category: Category | None) -> HttpResponse:
    published = Post.objects.published(clock.now())
    posts = published if category is None else published.filter(category=category)
    paginator = Paginator(posts.for_list(), POSTS_A_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    suffix = f"?page={page.number}" if page.number > 1 else ""
    return render(
        request,
        "blog/post_list.html",
        {
            "page": page,
            "category": category,
            "categories": Category.objects.filter(posts__in=published).distinct(),
            "canonical_url": absolute(request.path) + suffix,
            "structured_data": post_list(page, category),
        },
    )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All posts, newest first (`?page=`)."""
    return _list(request, category=None)


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """A category's posts, newest first (`?page=`)."""
    found = get_object_or_404(Category, slug=slug)
    return _list(request, category=found)


@require_safe
def post(request: HttpRequest, slug: str) -> HttpResponse:
    """One post. Whoever may change it sees it before its hour, with a banner that says so."""
    at = clock.now()
    found = _get_post(request, slug, at)
    preview = not found.is_published(at)
    response = render(
        request,
        "blog/post.html",
        {
            "post": found,
            "blocks": body(found, POST_BLOCKS),
            "preview": found.publication(at).label if preview else "",
            "structured_data": None if preview else post_page(found),
            "newer": None if preview else found.newer(at),
            "older": None if preview else found.older(at),
            "related": related.to(found, at=at),
            "canonical_url": absolute(found.get_absolute_url()),
        },
    )
    if preview:
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
    return response


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
