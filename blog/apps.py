"""The CMS."""

from django.apps import AppConfig


class BlogConfig(AppConfig):
    """Posts, their authors and categories, and what makes a page a published page."""

    name = "blog"
    verbose_name = "Site content"
