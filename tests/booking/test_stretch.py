"""A visit that is made longer or shorter by the desk."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core import mail
from django.test import Client

from booking import lifecycle
from booking.enums import NotificationStatus
from booking.exceptions import NotPossibleNowError, StateHasChangedError, TimeJustGoneError
from booking.models import Appointment
from services.models import ServiceOption, Therapist
from tests.booking.admin.pages import errors_of, messages_of, text_of
from tests.booking.test_undo_move import Clock, booked, send_what_is_due
from tests.factories.booking import make_appointment

__all__ = ["booked"]  # the fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


def stretch(appointment: Appointment, minutes: int, version: int | None = None) -> Appointment:
    return lifecycle.stretch(appointment=appointment, minutes=minutes, user=None, version=version)


@pytest.mark.parametrize("minutes", [30, 90])
def test_it_ends_at_another_time_and_keeps_its_buffers(booked: Appointment, at: At, minutes: int) -> None:
    done = stretch(booked, minutes, version=booked.version)
    assert (done.ends_at - done.starts_at).total_seconds() == minutes * 60
    assert done.occupied_until - done.ends_at == booked.occupied_until - booked.ends_at
    assert (done.starts_at, done.occupied_from, done.price) == (
        booked.starts_at,
        booked.occupied_from,
        booked.price,
    )
    event = done.events.get(version=done.version)
    assert (event.action, event.visit, done.version) == ("stretch", done.visit, booked.version + 1)


def test_the_patient_hears_of_it_once_it_cannot_be_undone(booked: Appointment, clock: Clock, at: At) -> None:
    stretch(booked, 90)
    assert send_what_is_due() == ["later"]
    clock.move_to(at(23, 9, 4))
    send_what_is_due()
    [message] = mail.outbox
    assert "Before, it was Wednesday 25 November 2026, 10am to 11am. It now ends at 11:30am." in message.body


def test_undone_it_is_as_long_as_before_and_nobody_hears_of_it(
    booked: Appointment, clock: Clock, at: At
) -> None:
    done = stretch(booked, 90)
    back = lifecycle.undo(appointment=done, user=None, version=done.version)
    assert (back.visit, back.occupied) == (booked.visit, booked.occupied)
    clock.move_to(at(23, 9, 4))
    send_what_is_due()
    assert mail.outbox == []


def test_it_never_runs_into_another_visit_or_an_older_version(
    booked: Appointment, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    make_appointment(option=option, therapist=therapist, start=at(25, 11, 30))
    with pytest.raises(TimeJustGoneError):
        stretch(booked, 90)
    with pytest.raises(StateHasChangedError):
        stretch(booked, 70, version=booked.version + 1)
    for minutes in (0, -5, 1440):
        with pytest.raises(NotPossibleNowError):
            stretch(booked, minutes)
    booked.refresh_from_db()
    assert booked.version == 1
    assert stretch(booked, 60).version == 1  # nothing to do, nothing to tell
    assert not booked.notifications.filter(status=NotificationStatus.WAITING).exists()


def test_somebody_who_is_here_may_stay_longer_and_gets_no_message(booked: Appointment) -> None:
    lifecycle.arrive(appointment=booked, user=None)
    done = stretch(booked, 75)
    assert done.status == "arrived"
    assert not done.notifications.filter(version=done.version).exists()


def page(appointment: Appointment) -> str:
    return f"/admin/booking/appointment/{appointment.pk}/stretch/"


def test_the_desk_does_it_with_a_form(desk: Client, booked: Appointment) -> None:
    assert "Length in minutes" in text_of(desk.get(page(booked)))
    response = desk.post(page(booked), {"minutes": "45", "version": booked.version}, follow=True)
    assert "10am to 10:45am" in messages_of(response)[0]
    text = text_of(response)
    assert "Made longer or shorter" in text
    assert "to 10am to 10:45am" in text


def test_the_form_says_what_is_in_the_way(
    desk: Client, booked: Appointment, option: ServiceOption, therapist: Therapist, at: At
) -> None:
    other = make_appointment(option=option, therapist=therapist, start=at(25, 11, 30))
    response = desk.post(page(booked), {"minutes": "90", "version": 1})
    assert other.reference in errors_of(response)["minutes"][0]
    for minutes, words in (("", "such as 60"), ("long", "such as 60"), ("0", "1 minute"), ("60", "already")):
        response = desk.post(page(booked), {"minutes": minutes, "version": 1})
        assert words in errors_of(response)["minutes"][0]


def test_beyond_the_hours_it_asks_whether_that_is_meant(desk: Client, booked: Appointment, at: At) -> None:
    response = desk.post(page(booked), {"minutes": "150", "version": 1})
    assert "12:30pm" in errors_of(response)["anyway"][0]
    desk.post(page(booked), {"minutes": "150", "version": 1, "anyway": "on"})
    booked.refresh_from_db()
    assert booked.ends_at == at(25, 12, 30)


def test_who_saw_an_older_version_is_told_what_has_changed(desk: Client, booked: Appointment, at: At) -> None:
    lifecycle.stretch(appointment=booked, minutes=75, user=None)
    response = desk.post(page(booked), {"minutes": "45", "version": 1})
    text = text_of(response)
    assert "has changed in the meantime" in text
    assert "The appointment was made longer: it now ends at 11:15am." in text
    booked.refresh_from_db()
    assert booked.ends_at == at(25, 11, 15)
