"""The page "Why not this time?"."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import errors_of, links_of, text_of
from tests.factories.booking import make_appointment, make_time_off, make_weekly_hours
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

WHY = "/admin/why/"
At = Callable[..., datetime]
Ask = Callable[..., Any]


@pytest.fixture
def ask(desk: Client, option: ServiceOption, therapist: Therapist) -> Ask:
    """The desk asks; without more, for tomorrow at 10 with the therapist."""

    def get(**changed: str) -> Any:
        asked = {"option": option.slug, "therapist": therapist.slug, "date": "2026-11-24", "time": "10"}
        return desk.get(f"{WHY}?{urlencode(asked | changed)}")

    return get


def test_a_free_time_is_a_press_from_a_booking(
    desk: Client, ask: Ask, option: ServiceOption, therapist: Therapist
) -> None:
    response = ask(time="10:15am")
    assert f"{therapist.name} Free" in text_of(response)
    page = desk.get(links_of(response)[f"Book 10:15am with {therapist.name}"])
    content = page.content.decode()
    for chosen in (f'value="{option.pk}" selected', f'value="{therapist.pk}" selected', 'value="10:15"'):
        assert chosen in content
    assert 'value="2026-11-24"' in content


def test_what_is_in_the_way_leads_to_its_page(
    desk: Client, ask: Ask, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    taken = make_appointment(therapist=therapist, option=option, start=at(24, 10), name="Pat Example")
    off = make_time_off(therapist=therapist, start=at(24, 11), end=at(24, 12))
    off.note = "Dentist"
    off.save()
    response = ask(time="10:30")
    found = links_of(response)
    assert found[f"Pat Example, 10am to 11am, requested, {taken.reference}"] == (
        f"/admin/booking/appointment/{taken.pk}/change/"
    )
    assert found["Time off: Dentist"] == f"/admin/booking/timeoff/{off.pk}/change/"
    assert f"{therapist.name} Not free" in text_of(response)
    assert "Book 10:30am" not in text_of(response)


def test_the_nearest_free_times_with_the_therapist_and_with_anyone(
    desk: Client, ask: Ask, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    other = make_therapist(name="Ben Other", options=[option])
    make_weekly_hours(therapist=other)
    make_appointment(therapist=therapist, option=option, start=at(24, 10))
    response = ask()
    near = response.context["near"][0]
    assert (near.text, near.who) == ("Tuesday 24 November 2026 at 1pm", therapist.name)
    words = "Tuesday 24 November 2026 at 10am with Ben Other"
    assert (
        f"option={option.pk}&date=2026-11-24&time=10%3A00&therapist={other.pk}" in links_of(response)[words]
    )


def test_anyone_is_each_therapist_of_the_option(ask: Ask, option: ServiceOption, at: At) -> None:
    other = make_therapist(name="Ben Other", options=[option])
    make_therapist(name="Cara Elsewhere")
    make_appointment(therapist=other, option=option, start=at(24, 10))
    for anyone in ("", "anyone"):
        text = text_of(ask(therapist=anyone))
        assert "Ben Other Not free" in text
        assert "Cara Elsewhere Not free" not in text
        assert text.count(" Not free ") == 1


def test_an_option_that_nobody_gives(ask: Ask, option: ServiceOption, therapist: Therapist) -> None:
    therapist.options.clear()
    assert "Nobody who can be booked gives this option." in text_of(ask(therapist=""))
    response = ask()
    assert "The therapist does not give this option, or cannot be booked." in text_of(response)
    assert response.context["near_anyone"] == []


@pytest.mark.parametrize("written", ["5:30pm", "17:30", "17.30"])
def test_times_are_read_as_people_write_them(ask: Ask, written: str) -> None:
    assert "Tuesday 24 November 2026 at 5:30pm" in text_of(ask(time=written))


def test_the_hour_that_the_clock_skips(ask: Ask) -> None:
    response = ask(date="2027-03-14", time="2:30am")
    assert errors_of(response) == {
        "time": ["The clocks go forward that night and skip this time: it does not exist."]
    }


def test_the_hour_that_the_clock_shows_twice_is_asked_about_and_booked_as_chosen(
    desk: Client, ask: Ask, option: ServiceOption, therapist: Therapist
) -> None:
    make_weekly_hours(therapist=therapist, weekdays=[6], stretches=[("00:00", "04:00")])
    option.horizon_days = 400
    option.save()
    response = ask(date="2027-11-07", time="1:30am")
    assert list(errors_of(response)) == ["which"]
    second = str(int(datetime.fromisoformat("2027-11-07T01:30-05:00").timestamp()))
    response = ask(date="2027-11-07", time="1:30am", which=second)
    assert "Sunday 7 November 2027 at 1:30am (EST)" in text_of(response)
    page = desk.get(links_of(response)[f"Book 1:30am (EST) with {therapist.name}"]).content.decode()
    assert f'<input type="radio" name="which" value="{second}"' in page
    assert page.count('name="which"') == 2
    [chosen] = [tag for tag in page.split("<input ")[1:] if 'name="which"' in tag and "checked" in tag]
    assert second in chosen


@pytest.mark.parametrize(
    ("changed", "box", "words"),
    [
        ({"option": "nothing"}, "option", "There is no such option."),
        ({"option": ""}, "option", "Choose what would be booked."),
        ({"option": "a\0b"}, "option", "There is no such option."),
        ({"therapist": "nobody"}, "therapist", "There is no such therapist."),
        ({"therapist": "\0"}, "therapist", "There is no such therapist."),
        ({"date": "2026-02-30"}, "date", "Enter a date such as"),
        ({"date": "9999-12-31"}, "date", "within two years"),
        ({"time": "soon"}, "time", "Write a time such as"),
        ({"time": "24:00"}, "time", "next day"),
        ({"time": ""}, "time", "Enter a time such as"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_box_and_kept(
    ask: Ask, changed: dict[str, str], box: str, words: str
) -> None:
    response = ask(**changed)
    assert response.status_code == 200
    assert words in errors_of(response)[box][0]
    assert "answers" not in response.context
    if typed := {"2026-02-30", "soon", "9999-12-31"} & set(changed.values()):
        assert f'value="{typed.pop()}"' in response.content.decode()


def test_without_a_time_nothing_is_asked_and_what_is_known_filled_in(
    desk: Client, option: ServiceOption
) -> None:
    assert text_of(desk.get(WHY)).count("Please look at this again") == 0
    response = desk.get(f"{WHY}?option={option.slug}&date=2026-11-25")
    assert errors_of(response) == {}
    assert f'value="{option.slug}" selected' in response.content.decode()
    assert 'value="2026-11-25"' in response.content.decode()


def test_who_may_not_see_appointments_is_told_so(client: Client, outsider: Client) -> None:
    client.force_login(User.objects.create_user("editor", is_staff=True))
    response = client.get(WHY)
    assert response.status_code == 403
    assert "You cannot open this page" in text_of(response)
    assert outsider.get(WHY).status_code == 302
    assert Client().get(WHY)["Location"].startswith("/admin/login/")


def test_who_only_looks_is_offered_no_booking_and_no_page_to_change(
    client: Client, ask: Ask, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    address = ask().request["PATH_INFO"] + "?" + ask().request["QUERY_STRING"]
    user = User.objects.create_user("looks", is_staff=True)
    user.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_appointment", "see_every_appointment"])
    )
    client.force_login(user)
    response = client.get(address)
    assert f"{therapist.name} Free" in text_of(response)
    assert "/appointment/add/" not in response.content.decode()
    taken = make_appointment(therapist=therapist, option=option, start=at(24, 10))
    off = make_time_off(therapist=therapist, start=at(24, 10), end=at(24, 11))
    content = client.get(address).content.decode()
    assert f"/admin/booking/appointment/{taken.pk}/change/" in content
    assert f"/admin/booking/timeoff/{off.pk}/change/" not in content
    assert "Time off" in content


def test_the_desk_finds_both_pages_on_its_first_page(desk: Client) -> None:
    found = links_of(desk.get("/admin/"))
    assert (found["Why not this time?"], found["Board of the day"]) == (WHY, "/admin/board/")


def test_it_only_reads(desk: Client) -> None:
    assert desk.post(WHY).status_code == 405
