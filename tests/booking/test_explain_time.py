"""`explain_time`: why a time is or is not free, in words."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command

from booking import why
from booking.slots import ReasonCode
from services.models import ServiceOption, Therapist
from tests.factories.booking import make_appointment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


def explain(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    call_command("explain_time", *words)
    return capsys.readouterr().out.splitlines()


def test_a_free_time_is_free(
    option: ServiceOption, therapist: Therapist, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = explain(capsys, therapist.slug, option.slug, "2026-11-24T10:00")
    assert lines == [f"Tuesday 24 November 2026 at 10am with {therapist.name}: {option}", "free"]


def test_a_taken_time_names_the_appointment(
    option: ServiceOption, therapist: Therapist, at: At, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = make_appointment(therapist=therapist, option=option, start=at(24, 10))
    lines = explain(capsys, therapist.slug, option.slug, "2026-11-24T10:30-05:00")
    assert lines[1:] == [
        "- The therapist has another appointment: Tuesday 24 November 2026 at 10am"
        f" to 11:15am ({taken.reference})."
    ]


def test_every_reason_is_said(
    option: ServiceOption, therapist: Therapist, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = explain(capsys, therapist.slug, option.slug, "2026-11-22T20:07")
    assert [line.split(":")[0] for line in lines[1:]] == [
        "- Visits do not start at that minute (see the booking policy).",
        "- The visit does not fit into the therapist's weekly hours.",
        "- That time is over.",
    ]


def test_an_hour_that_is_shown_twice_has_two_answers(
    option: ServiceOption, therapist: Therapist, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = explain(capsys, therapist.slug, option.slug, "2027-11-07T01:30")
    assert [line[:45] for line in lines if line.startswith("Sunday")] == [
        "Sunday 7 November 2027 at 1:30am (EDT) with T",
        "Sunday 7 November 2027 at 1:30am (EST) with T",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nobody", "{option}", "2026-11-24T10:00"), "There is no therapist nobody"),
        (("{therapist}", "nothing", "2026-11-24T10:00"), "There is no option nothing"),
        (("{therapist}", "{option}", "soon"), "soon is not a time"),
        (("{therapist}", "{option}", "2027-03-14T02:30"), "The clocks go forward and skip"),
    ],
)
def test_what_is_wrong_is_said(
    option: ServiceOption, therapist: Therapist, words: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("explain_time", *(w.format(option=option.slug, therapist=therapist.slug) for w in words))


def test_every_reason_has_words() -> None:
    assert set(why._SAID) == set(ReasonCode)
