"""The words for every reason, and what they name."""

from collections.abc import Callable
from datetime import datetime
from unittest.mock import patch

import pytest
from django.core.management import call_command

from booking import availability, why
from booking.models import ClinicPolicy
from booking.question import Reason, ReasonCode
from services.models import Room, ServiceOption, Therapist
from tests.factories.booking import (
    make_appointment,
    make_closure,
    make_hold,
    make_offered_hours,
    make_override_hours,
    make_time_off,
    make_working_day,
)
from tests.factories.services import make_therapist

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]

At = Callable[..., datetime]


def test_every_reason_has_words() -> None:
    assert set(why._SAID) == set(ReasonCode)


@pytest.mark.parametrize("code", ReasonCode)
@pytest.mark.parametrize("known", [False, True], ids=["alone", "with its interval"])
def test_every_reason_is_a_sentence_and_the_command_says_the_same(
    option: ServiceOption,
    therapist: Therapist,
    at: At,
    code: ReasonCode,
    known: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    interval = (int(at(24, 10).timestamp()), int(at(24, 11).timestamp())) if known else None
    with patch.object(availability, "explain", return_value=[Reason(code, interval)]):
        [because] = why.because(option=option, therapist=therapist, start=at(24, 10))
        call_command("explain_time", therapist.slug, option.slug, "2026-11-24T10:00")
    assert because.sentence[0].isupper()
    assert because.sentence.endswith(".")
    assert not set("{}") & set(because.sentence)
    assert f"- {because}" in capsys.readouterr().out.splitlines()


def said(option: ServiceOption, therapist: Therapist, start: datetime) -> dict[ReasonCode, str]:
    return {each.code: str(each) for each in why.because(option=option, therapist=therapist, start=start)}


def test_a_free_start_has_no_reason(option: ServiceOption, therapist: Therapist, at: At) -> None:
    assert said(option, therapist, at(24, 10)) == {}


def test_what_is_in_the_way_is_named_for_the_terminal_without_the_patient(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    taken = make_appointment(therapist=therapist, option=option, start=at(24, 10), name="Secret Name")
    assert said(option, therapist, at(24, 10, 30)) == {
        ReasonCode.BUSY: "The therapist has another appointment: Tuesday 24 November 2026, 10am to 11:15am "
        f"with its buffers ({taken.reference})."
    }
    [because] = why.because(option=option, therapist=therapist, start=at(24, 10, 30))
    assert [each.words for each in because.in_the_way] == [
        f"Secret Name, 10am to 11am, requested, {taken.reference}"
    ]


def test_only_what_is_really_in_the_way_is_named(option: ServiceOption, therapist: Therapist, at: At) -> None:
    make_appointment(therapist=therapist, option=option, start=at(24, 10), status="cancelled")
    make_appointment(option=option, start=at(24, 10))
    make_appointment(therapist=therapist, option=option, start=at(24, 14))
    near = make_appointment(therapist=therapist, option=option, start=at(24, 11, 15))
    [because] = why.because(option=option, therapist=therapist, start=at(24, 10, 15))
    assert because.code == ReasonCode.BUFFER
    assert [each.row for each in because.in_the_way] == [near]


def test_no_room_names_who_has_the_rooms(
    option: ServiceOption, therapist: Therapist, room: Room, at: At
) -> None:
    there = make_appointment(option=option, room=room, start=at(24, 10))
    make_appointment(option=option, start=at(24, 10))
    [because] = why.because(option=option, therapist=therapist, start=at(24, 10))
    assert because.code == ReasonCode.NO_ROOM
    [named] = because.in_the_way
    assert named.row == there
    assert f"with {there.therapist.name} in {room}" in named.words


def test_time_off_closures_and_other_hours_are_named(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_time_off(therapist=therapist, start=at(24), end=at(25))
    make_closure(start=at(24, 10), end=at(26), name="Thanksgiving")
    make_override_hours(therapist=therapist, on=at(24).date(), stretches=[("10:00", "10:30")])
    found = said(option, therapist, at(24, 10))
    assert found == {
        ReasonCode.OVERRIDE: "The visit does not fit into the therapist’s other hours of that date, "
        "which are then Tuesday 24 November 2026, 10am to 10:30am.",
        ReasonCode.CLOSED: "The clinic is closed: Tuesday 24 November 2026 at 10am to "
        "Thursday 26 November 2026 at 12 midnight (Thanksgiving).",
        ReasonCode.TIME_OFF: "The therapist has time off: Tuesday 24 November 2026.",
    }


def test_whole_days_are_said_by_their_dates(option: ServiceOption, therapist: Therapist, at: At) -> None:
    make_closure(start=at(24), end=at(27), name="Repairs")
    assert said(option, therapist, at(24, 10))[ReasonCode.CLOSED] == (
        "The clinic is closed: Tuesday 24 November 2026 to Thursday 26 November 2026 (Repairs)."
    )


def test_too_soon_says_from_when(option: ServiceOption, therapist: Therapist, at: At) -> None:
    assert said(option, therapist, at(23, 10)) == {
        ReasonCode.LEAD_TIME: "It is too soon for a booking on the website, "
        "which takes starts from Monday 23 November 2026 at 11am on."
    }


def test_an_option_that_is_switched_off_is_not_free(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    option.bookable = False
    option.save()
    assert not availability.free_times(option=option, first_date=at(24).date(), days=1).starts
    assert said(option, therapist, at(24, 10)) == {
        ReasonCode.SWITCHED_OFF: "The option is switched off: it cannot be booked on the website."
    }


def test_the_nearest_with_a_therapist_are_that_therapists_or_none(
    option: ServiceOption, therapist: Therapist, at: At
) -> None:
    idle = make_therapist(options=[option], position=0)
    found = why.nearest(option=option, therapist=therapist, around=at(24, 10), count=3)
    assert [(free.start, free.therapist) for free in found] == [
        (at(24, 9, 45), therapist),
        (at(24, 10), therapist),
        (at(24, 10, 15), therapist),
    ]
    assert why.nearest(option=option, therapist=idle, around=at(24, 10)) == []
    anyone = why.nearest(option=option, therapist=None, around=at(24, 10), count=1)
    assert [free.therapist for free in anyone] == [therapist]


def test_limits_of_the_day_say_what_they_are(option: ServiceOption, therapist: Therapist, at: At) -> None:
    make_working_day(therapist=therapist, most_visits=1, pause=("14:00", "16:00", 30))
    make_hold(therapist=therapist, start=at(24, 9), end=at(24, 10), note="Urgent calls")
    make_appointment(therapist=therapist, option=option, start=at(24, 14, 30))
    make_offered_hours(option=option, weekday=2, stretch=("09:00", "10:00"))
    option.most_a_day = 1
    option.save()
    answers = why.because(option=option, therapist=therapist, start=at(24, 9))
    assert [str(answer) for answer in answers] == [
        "The option is not offered at that time of the week.",
        "This option has its most bookings on that day: Tuesday 24 November 2026.",
        "The desk keeps that time back: Tuesday 24 November 2026, 9am to 10am.",
        "The therapist has the most visits of a day: Tuesday 24 November 2026.",
    ]
    assert [row.words for answer in answers for row in answer.in_the_way] == ["On hold: Urgent calls"]
    [*_, pause, _full] = why.because(option=option, therapist=therapist, start=at(24, 13))
    assert str(pause) == (
        "The therapist’s break would not fit any more. Its place is in Tuesday 24 November 2026, 2pm to 4pm."
    )


def test_a_gap_is_said_with_what_would_be_left(option: ServiceOption, therapist: Therapist, at: At) -> None:
    ClinicPolicy.objects.create(offers=ClinicPolicy.Offers.NO_GAPS)
    [answer] = why.because(option=option, therapist=therapist, start=at(24, 9, 15))
    assert str(answer) == (
        "It would leave a gap too short to book, and another time beside it leaves less: "
        "Tuesday 24 November 2026, 9am to 9:15am."
    )
