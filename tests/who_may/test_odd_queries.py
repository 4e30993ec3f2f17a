"""No query, however odd, breaks a page of the desk: it is answered, with or without it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from services.models import ServiceOption
from tests.who_may.clinic import make_clinic
from tests.who_may.routes import MODELS, PAGES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ODD = (
    "page=%00",
    "q=%00",
    "q=%FF%FE",
    "p=-1",
    "p=99999999999999999999&page=99999999999999999999",
    "o=x.y&e=2",
    "day=%F0%9F%A7&by=%27&what=x&when=x&status=x&state=x",
    "date=99999-99-99&view=x&by=x&therapist=x&option=x&time=25%3A99&from=x&until=x&month=0000-00",
    "id__exact=x&pk=1&therapist__id__exact=x&start__gte=x",
    "show=x&all=&_popup=1&_to_field=x",
)


@pytest.mark.parametrize("query", ODD)
def test_every_page_of_the_desk_answers(
    option: ServiceOption, at: Callable[..., datetime], query: str
) -> None:
    user = User.objects.create_superuser("boss")
    rows = make_clinic(option=option, start=at(26, 10), user=user)
    desk = Client(raise_request_exception=False)
    desk.force_login(user)
    pages = [
        line.split()[1].format(**rows).partition("?")[0] for line in PAGES["The desk’s own pages"].values()
    ]
    lists = [f"/admin/{model.replace('.', '/')}/" for model in MODELS]
    adding = [f"{address}add/" for address in lists]
    broken = {}
    for address in [*pages, *lists, *adding]:
        answer = desk.get(f"{address}?{query}")
        if answer.status_code >= 500:
            broken[address] = answer.status_code
    assert broken == {}
