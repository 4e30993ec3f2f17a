from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from services.models import Likelihood, Service, ServiceOption, Therapist, Zone
from tests.blog.word_clipboard import CLEAN, CLIPBOARD
from tests.factories.figures import make_explainer, make_zone
from tests.factories.services import (
    make_condition,
    make_muscle,
    make_option,
    make_room,
    make_service,
    make_therapist,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "model", ["service", "serviceoption", "therapist", "room", "condition", "muscle", "zone", "explainer"]
)
def test_lists_and_forms_open(admin_client: Client, model: str) -> None:
    make_therapist(options=[make_option(rooms=[make_room()])])
    make_zone(felt=[(make_muscle(conditions=[make_condition()]), Likelihood.COMMON)])
    make_explainer()
    assert admin_client.get(f"/admin/services/{model}/").status_code == 200
    assert admin_client.get(f"/admin/services/{model}/add/").status_code == 200


def test_a_service_is_changed_and_its_text_is_cleaned(admin_client: Client) -> None:
    service = make_service(title="Before")
    page = admin_client.get(f"/admin/services/service/{service.pk}/change/")
    form = page.context["adminform"].form
    data = {
        name: "" if form[name].value() is None else form[name].value()
        for name in form.fields
        if name not in {"publish_at", "expire_at", "picture", "social_picture", "sources"}
    }
    data |= {
        "_edition": str(service.edition),
        "title": "After",
        "body": "<p>Slow <b>and</b> firm<script>alert(1)</script></p>",
        "publish_at_0": "2020-01-01",
        "publish_at_1": "00:00",
        "expire_at_0": "",
        "expire_at_1": "",
    }
    response = admin_client.post(f"/admin/services/service/{service.pk}/change/", data)
    assert response.status_code == 302, response.context["adminform"].form.errors
    service = Service.objects.get(pk=service.pk)
    assert service.title == "After"
    assert "script" not in service.body
    assert "firm" in service.body


@pytest.mark.parametrize(("model", "name"), [(Service, "body"), (Therapist, "bio")])
def test_text_from_word_is_cleaned_as_in_blocks(model: type[Service | Therapist], name: str) -> None:
    # These two texts have no line breaks within a paragraph.
    field: Any = model._meta.get_field(name)
    assert field.clean(CLIPBOARD, None) == CLEAN.replace("<br>", " ")


def test_an_option_is_added(admin_client: Client) -> None:
    service, room = make_service(), make_room()
    data = {
        "service": service.pk,
        "name": "Long visit",
        "slug": "long-visit",
        "minutes": "90",
        "price": "120.50",
        "position": "0",
        "bookable": "on",
        "booking": "request",
        "clientele": "everyone",
        "buffer_before": "0",
        "buffer_after": "15",
        "rooms": [room.pk],
    }
    assert admin_client.post("/admin/services/serviceoption/add/", data).status_code == 302
    option = ServiceOption.objects.get(slug="long-visit")
    assert (option.price, list(option.rooms.all())) == (Decimal("120.50"), [room])
    assert (
        admin_client.post("/admin/services/serviceoption/add/", {**data, "minutes": "0"}).status_code == 200
    )


def test_a_therapists_page_leads_to_the_week(admin_client: Client) -> None:
    therapist = make_therapist()
    page = admin_client.get(f"/admin/services/therapist/{therapist.pk}/change/")
    assert f"/admin/booking/weeklyhours/week/{therapist.pk}/" in page.content.decode()


def test_a_place_gets_words_and_muscles_and_no_address_that_is_not_drawn(admin_client: Client) -> None:
    zone, muscle = make_zone(slug="calf"), make_muscle()
    address = f"/admin/services/zone/{zone.pk}/change/"
    form = admin_client.get(address).context["adminform"].form
    assert "slug" in form.fields
    data = {
        name: "" if form[name].value() is None else form[name].value()
        for name in form.fields
        if name not in {"publish_at", "expire_at", "sources", "social_picture"}
    }
    data |= {
        "_edition": zone.edition,
        "title": "Lower leg",
        "publish_at_0": "2020-01-01",
        "publish_at_1": "00:00",
        "expire_at_0": "",
        "expire_at_1": "",
        "felt-TOTAL_FORMS": "1",
        "felt-INITIAL_FORMS": "0",
        "felt-0-muscle": muscle.pk,
        "felt-0-likelihood": "1",
        "felt-0-position": "0",
    }
    refused = admin_client.post(address, {**data, "slug": "the-moon"})
    assert "slug" in refused.context["adminform"].form.errors
    response = admin_client.post(address, data)
    assert response.status_code == 302, response.context["adminform"].form.errors
    zone = Zone.objects.get(pk=zone.pk)
    assert (zone.title, [way.muscle for way in zone.felt.all()]) == ("Lower leg", [muscle])


def test_the_list_of_places_takes_as_many_queries_for_1_as_for_10(
    admin_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def add(places: int) -> None:
        for _ in range(places):
            make_zone(felt=[(make_muscle(), Likelihood.COMMON)])

    add(1)
    with CaptureQueriesContext(connection) as few:
        admin_client.get("/admin/services/zone/")
    add(9)
    with django_assert_max_num_queries(len(few)):
        admin_client.get("/admin/services/zone/")
