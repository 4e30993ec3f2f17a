"""The tables that no model stands for: counted tries, and Django's cache."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE flexclinic_tries (
                key text PRIMARY KEY,
                count integer NOT NULL,
                until timestamptz NOT NULL
            );
            CREATE INDEX flexclinic_tries_until ON flexclinic_tries (until);
            """,
            "DROP TABLE flexclinic_tries",
        ),
        migrations.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS flexclinic_cache (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamptz NOT NULL
            );
            CREATE INDEX IF NOT EXISTS flexclinic_cache_expires ON flexclinic_cache (expires);
            """,
            "DROP TABLE flexclinic_cache",
        ),
    ]
