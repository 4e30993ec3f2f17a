#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL it works on the local demo and its embedded PostgreSQL."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext

# Commands that read no row, so that no server is started for them.
NEEDS_NO_DATABASE = {
    "help",
    "version",
    "free_times",
    "collectstatic",
    "makemessages",
    "compilemessages",
    "check",
}

# Commands that make or empty tables, and so run as the database's owner where that is another role.
AS_OWNER = {"migrate", "flush", "sqlmigrate", "showmigrations", "makemigrations", "reference_clinic"}


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexclinic.settings")
    asks_about_production = "--deploy" in sys.argv
    if "DATABASE_URL" not in os.environ and not asks_about_production:
        os.environ.setdefault("FLEXCLINIC_DEMO", "1")

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in AS_OWNER:
        os.environ["FLEXCLINIC_AS_OWNER"] = "1"

    from django.core.management import execute_from_command_line

    database: AbstractContextManager[object]
    if "DATABASE_URL" in os.environ or command in NEEDS_NO_DATABASE:
        database = nullcontext()
    else:
        from flexclinic import embedded

        database = embedded.running()
    with database:
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
