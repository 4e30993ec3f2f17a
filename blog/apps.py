"""The CMS."""

from django.apps import AppConfig


class BlogConfig(AppConfig):
    """Posts, their authors and categories, and what makes a page a published page."""

    name = "blog"
    verbose_name = "Site content"

    def ready(self) -> None:
        """Say which pages are found."""
        from blog import search_index
        from blog.models import PAGE_BLOCKS, POST_BLOCKS, Page, Post, Term
        from blog.rendering import body

        search_index.register(
            Post,
            label="Blog",
            body=lambda post: search_index.words_of_blocks(body(post, POST_BLOCKS)),
        )
        search_index.register(
            Page,
            label="About us",
            body=lambda page: search_index.words_of_blocks(body(page, PAGE_BLOCKS)),
        )
        search_index.register(
            Term,
            label="Glossary",
            title=lambda term: term.name,
            names=lambda term: term.other_forms,
            summary=lambda term: term.explanation,
            body=lambda term: search_index.plain(term.more),
            weight=0.6,  # a few words, most of them the one that is looked for
        )
