"""`rebuild_search`: what the search knows, made anew from the pages."""

from typing import Any

from django.core.management.base import BaseCommand

from blog import search_index


class Command(BaseCommand):
    """For after an import that wrote rows past the pages' own saving."""

    help = "Make anew what the site's search knows of the pages."

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction."""
        count = search_index.rebuild()
        if options.get("verbosity", 1) > 0:
            self.stdout.write(f"The search knows {count} pages.")
