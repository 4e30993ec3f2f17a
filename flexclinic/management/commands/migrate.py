"""`migrate`: Django's, as the owner of the tables; then the application's role gets its rights to the rows.

Pages that were there before there was a search are then made findable.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate

from blog import search_index
from flexclinic.database import roles


class Command(migrate.Command):
    """Django's own, with two steps more."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then grant. Raises CommandError where the application's role is missing and cannot be made."""
        super().handle(*args, **options)
        application = settings.DATABASE_APPLICATION
        if options.get("plan") or options.get("check_unapplied") or options.get("app_label"):
            return
        if application["USER"]:
            try:
                roles.grant(role=application["USER"], password=application.get("PASSWORD", ""))
            except roles.RoleMissingError as error:
                raise CommandError(str(error)) from error
        if search_index.is_empty():  # pages from before there was a search
            search_index.rebuild()
