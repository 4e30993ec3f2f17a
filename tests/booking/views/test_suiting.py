"""The page that finds times that suit."""

import pytest
from django.test import Client
from pytest_django import Settings

from services.models import ServiceOption, Therapist
from tests.booking.views.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def url(option: ServiceOption) -> str:
    return f"/book/{option.slug}/times-that-suit/"


def test_words_lead_to_the_first_times_that_fit(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    response = patient.post(url(option), {"words": "Tuesdays after 2:30, or Thursday morning"}, follow=True)
    address, status = response.redirect_chain[0]
    assert (address, status) == (f"{url(option)}?wish=tue_1430-2400&wish=thu_0000-1200", 302)
    words = text_of(response)
    assert "Tuesdays from 2:30pm Thursdays before 12 noon" in words
    # Three on a day, an hour apart; the therapist works until 5pm, and the visit takes an hour
    assert [time.moment.isoformat()[:16] for time in response.context["fitting"]][:6] == [
        "2026-11-24T19:30",
        "2026-11-24T20:30",
        "2026-11-26T14:00",
        "2026-11-26T15:00",
        "2026-11-26T16:00",
        "2026-12-01T19:30",
    ]
    first = response.context["fitting"][0].url
    assert first == f"/book/{option.slug}/anyone/2026-11-24T14:30/"
    assert patient.get(first).status_code == 200


def test_only_days_and_hours_come_into_the_address(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    response = patient.post(url(option), {"words": "Mondays, my sciatica hurts"})
    assert response.status_code == 422
    words = text_of(response)
    assert "Error: " in words
    assert "We did not understand “sciatica”, “hurts”." in words
    assert "This is what we understood Mondays, any time Look for these times" in words
    assert "?wish=mon_0000-2400" in response.content.decode()
    assert 'value="Mondays, my sciatica hurts"' in response.content.decode()


def test_ticks_do_as_well_as_words(patient: Client, option: ServiceOption, therapist: Therapist) -> None:
    ticked = {"days": ["1", "4"], "parts": ["afternoon"], "therapist": therapist.slug}
    response = patient.post(url(option), ticked, follow=True)
    assert response.redirect_chain[0][0] == (
        f"{url(option)}?wish=tue.fri_1200-1700&therapist={therapist.slug}"
    )
    assert response.context["fitting"][0].url == f"/book/{option.slug}/{therapist.slug}/2026-11-24T13:00/"
    parts_alone = patient.post(url(option), {"parts": ["morning"]})
    assert parts_alone["Location"] == f"{url(option)}?wish=mon.tue.wed.thu.fri.sat.sun_0000-1200"


def test_nothing_is_a_question_back(patient: Client, option: ServiceOption, therapist: Therapist) -> None:
    response = patient.post(url(option), {"words": " "})
    assert response.status_code == 422
    assert "Write which times suit you, or tick" in text_of(response)
    odd = patient.post(url(option), {"days": ["9"], "parts": ["night"]})
    assert odd.status_code == 422


def test_where_nothing_fits_the_near_ones_are_shown(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    response = patient.get(f"{url(option)}?wish=tue_1630-2400")
    words = text_of(response)
    assert "No free time fits" in words
    assert "Close to it" in words
    assert response.context["fitting"] == []
    assert [time.label for time in response.context["near"]][:2] == ["4pm", "4pm"]
    nothing = patient.get(f"{url(option)}?wish=sun_0000-2400")
    assert "Close to it" not in text_of(nothing)


def test_too_many_words_are_answered_in_ours(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    response = patient.post(url(option), {"words": "Monday " * 60})
    assert "Say it in fewer words, or tick what suits below." in text_of(response)


def test_odd_addresses_ask_again(patient: Client, option: ServiceOption, therapist: Therapist) -> None:
    for query in ("", "?wish=x", "?wish=tue_9999-0000", "?therapist=nobody", "?wish=%00"):
        response = patient.get(url(option) + query)
        assert response.status_code == 200
        assert "Which times suit you?" in text_of(response)
    assert patient.get("/book/nothing/times-that-suit/").status_code == 404
    assert url(option) in patient.get(f"/book/{option.slug}/").content.decode()


def test_a_first_visit_and_the_waiting_list_are_passed_on(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    option.clientele = "new"
    option.save()
    response = patient.get(f"{url(option)}?wish=tue_0900-2400")
    assert response.context["fitting"][0].url.endswith("?visit=first")
    assert f"/book/{option.slug}/waiting-list/" in response.content.decode()


def test_what_is_no_therapist_comes_into_no_address(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    response = patient.post(url(option), {"words": "Mondays", "therapist": "my sciatica"})
    assert response["Location"] == f"{url(option)}?wish=mon_0000-2400"


def test_a_no_is_not_read_as_a_yes(patient: Client, option: ServiceOption, therapist: Therapist) -> None:
    for words in ("Mondays are not good", "I am busy on Fridays", "not only Mondays"):
        response = patient.post(url(option), {"words": words})
        assert response.status_code == 422
        assert "This is what we understood" not in text_of(response)
        assert "“any day except Fridays”" in text_of(response)
        assert f'value="{words}"' in response.content.decode()
    assert patient.post(url(option), {"words": "not before 10am"}).status_code == 302
    response = patient.post(url(option), {"words": "not Tuesdays"}, follow=True)
    assert "We looked for visits that start: Any day except Tuesdays, any time" in text_of(response)
    assert {time.moment.weekday() for time in response.context["fitting"]} == {0, 2, 3, 4}


def test_a_no_holds_for_what_is_ticked(patient: Client, option: ServiceOption, therapist: Therapist) -> None:
    response = patient.post(url(option), {"words": "not Fridays", "parts": ["morning"], "days": ["3", "4"]})
    assert response["Location"] == f"{url(option)}?wish=thu_0000-1200"


def test_dates_are_found_and_shown(patient: Client, option: ServiceOption, therapist: Therapist) -> None:
    response = patient.post(url(option), {"words": "12/03 after 2, or tomorrow"}, follow=True)
    assert "Thursday 3 December 2026 from 2pm Tuesday 24 November 2026, any time" in text_of(response)
    found = {f"{time.moment:%Y-%m-%d}" for time in response.context["fitting"]}
    assert found == {"2026-11-24", "2026-12-03"}


def test_a_slash_is_a_date_of_the_clinics_country(
    patient: Client, option: ServiceOption, therapist: Therapist, settings: Settings
) -> None:
    settings.CLINIC = {**settings.CLINIC, "country": "GB"}
    response = patient.post(url(option), {"words": "3/12"}, follow=True)
    assert "Thursday 3 December 2026, any time" in text_of(response)


def test_whether_it_is_the_first_visit_is_kept(
    patient: Client, option: ServiceOption, therapist: Therapist
) -> None:
    page = patient.get(f"/book/{option.slug}/?visit=first").content.decode()
    assert f'href="{url(option)}?visit=first"' in page
    response = patient.post(f"{url(option)}?visit=first", {"words": "Mondays"})
    assert response["Location"] == f"{url(option)}?wish=mon_0000-2400&visit=first"
    option.clientele = "returning"
    option.save()
    assert "Find times" not in text_of(patient.get(f"{url(option)}?visit=first"))
