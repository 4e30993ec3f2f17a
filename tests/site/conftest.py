"""The demo site, seeded and walked through once for all tests of this folder."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from blog import search_index
from flexclinic.lib import clock
from tests.site.crawl import Site, ask, walk
from tests.site.page import Page


class DemoSite(Site):
    """The walk, what the public should be able to reach, and pages that no link leads to."""

    published: list[str]
    others: list[Page]


@pytest.fixture(scope="session")
def demo_site(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> DemoSite:
    """For tests marked `django_db`. What was seeded is taken back before the first test looks at what was seen."""
    # Without a test marked `django_db` there is no test database, and this would be the real one.
    assert connection.settings_dict["NAME"].startswith("test_")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setenv("DEMO_STAFF_PASSWORD", "only for the walk")
        with transaction.atomic():
            call_command("seed_demo", verbosity=0)
            seen = _look_around()
            transaction.set_rollback(True)
    return seen


def _look_around() -> DemoSite:
    client = Client()
    walked = walk(client)
    seen = DemoSite(pages=walked.pages, links=walked.links, unvisited=walked.unvisited)
    seen.published = sorted(
        _leads_to(client, page.get_absolute_url())
        for kind in search_index.kinds()
        for page in _published(kind.model)
    )
    time = next(address for address in seen.pages if address.startswith("/book/") and address.count("/") > 4)
    seen.others = [
        ask(client, "/nothing-here/"),
        ask(client, "/servces/neuromusclar-massage/"),
        ask(client, "/search/?q=neck"),
        ask(client, "/search/", q="sholder"),
        ask(client, "/search/", q="massage"),
        ask(client, "/search/", q="the"),
        ask(client, "/search/", q="qqqqqqq"),
        ask(client, time, name="", email="not an address"),
        ask(client, "/change-my-booking/", reference="", contact=""),
    ]
    return seen


def _leads_to(client: Client, address: str) -> str:
    """Where a reader ends who asks for a page's own address: the guide's first page answers at the guide's."""
    return address if "#" in address else ask(client, address).headers.get("location", address)


def _published(model: type[Model]) -> list[Any]:
    manager: Any = model._default_manager
    return list(manager.published(clock.now()) if hasattr(manager, "published") else manager.all())
