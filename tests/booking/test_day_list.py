"""The list of a therapist's day: when it is due, what it says, and that it comes once."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine
from pytest_django import Settings

from booking import day_list, jobs
from booking.enums import NotificationStatus
from booking.models import Appointment, DayList, TherapistCalendar
from flexclinic.lib import clock as own_clock
from services.models import ServiceOption, Therapist
from tests import jobrunner
from tests.factories.booking import make_appointment
from tests.mailserver import MailServer, smtp_settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

At = Callable[..., datetime]


@pytest.fixture(autouse=True)
def empty_queue(db: None) -> Iterator[None]:
    jobrunner.forget_jobs()
    yield
    jobrunner.forget_jobs()


@pytest.fixture
def mail(settings: Settings) -> Iterator[MailServer]:
    with MailServer() as server:
        for name, value in smtp_settings(port=server.port).items():
            setattr(settings, name, value)
        yield server


@pytest.fixture
def calendar(therapist: Therapist) -> TherapistCalendar:
    return TherapistCalendar.objects.create(therapist=therapist, email="ana@clinic.example", send_at=7 * 60)


def test_it_is_due_from_its_time_on_once_a_day(
    calendar: TherapistCalendar, appointment: Appointment, at: At, clock: time_machine.Traveller
) -> None:
    assert day_list.write_due() == []  # Monday has no visits
    clock.move_to(at(24, 6, 59))
    assert day_list.write_due() == []
    clock.move_to(at(24, 7))
    [written] = day_list.write_due()
    assert [job["args"] for job in jobrunner.jobs(day_list.DELIVER)] == [{"day_list_id": written}]
    assert day_list.write_due() == []
    assert DayList.objects.get().date.day == 24


def test_after_the_last_visit_no_list_comes(
    calendar: TherapistCalendar, appointment: Appointment, at: At, clock: time_machine.Traveller
) -> None:
    clock.move_to(at(24, 11))
    assert day_list.write_due() == []


@pytest.mark.parametrize("without", ["email", "visit"])
def test_no_list_without_an_address_or_a_visit(
    calendar: TherapistCalendar, appointment: Appointment, at: At, clock: time_machine.Traveller, without: str
) -> None:
    if without == "email":
        TherapistCalendar.objects.update(email="")
    else:
        Appointment.objects.update(status="cancelled")
    clock.move_to(at(24, 8))
    assert day_list.write_due() == []


def test_it_says_who_comes_when_and_not_what_for(
    calendar: TherapistCalendar,
    appointment: Appointment,
    option: ServiceOption,
    mail: MailServer,
    at: At,
    clock: time_machine.Traveller,
) -> None:
    first = make_appointment(
        therapist=calendar.therapist,
        option=option,
        start=at(24, 8),
        status="confirmed",
        name="Ana Maria Rivera",
        first_visit=True,
        note="my secret",
    )
    clock.move_to(at(24, 7))
    [written] = day_list.write_due()
    assert day_list.deliver(day_list_id=written) is NotificationStatus.SENT
    assert day_list.deliver(day_list_id=written) is None
    [message] = mail.messages
    assert message["Subject"] == "Your visits on Tuesday 24 November"
    assert mail.recipients == ["ana@clinic.example"]
    part = message.get_body(preferencelist=("plain",))
    assert part
    text = part.get_content()
    assert f"8am to 9am: Ana R. (first visit, {first.reference})" in text
    assert f"10am to 11am: Pat E. (not confirmed yet, {appointment.reference})" in text
    assert text.index("Ana R.") < text.index("Pat E.")
    whole = message.as_string()
    for secret in ("Rivera", "Example", "my secret", "example.test", option.service.title, option.name):
        assert secret not in whole


def test_it_shows_the_day_as_it_is_when_it_is_sent(
    calendar: TherapistCalendar,
    appointment: Appointment,
    mail: MailServer,
    at: At,
    clock: time_machine.Traveller,
) -> None:
    clock.move_to(at(24, 7))
    [written] = day_list.write_due()
    Appointment.objects.update(status="cancelled")
    assert day_list.deliver(day_list_id=written) is NotificationStatus.NOT_NEEDED
    assert mail.messages == []


def test_a_server_that_refuses_is_tried_again_with_the_same_message_id(
    calendar: TherapistCalendar,
    appointment: Appointment,
    mail: MailServer,
    at: At,
    clock: time_machine.Traveller,
) -> None:
    clock.move_to(at(24, 7))
    [written] = day_list.write_due()
    mail.data_reply = "451 4.3.0 Later"
    for _ in range(2):
        with pytest.raises(OSError, match="451"):
            day_list.deliver(day_list_id=written)
    row = DayList.objects.get()
    assert (row.status, row.last_error) == ("waiting", "The mail server did not take it (SMTPDataError).")
    mail.data_reply = ""
    assert day_list.deliver(day_list_id=written) is NotificationStatus.SENT
    assert DayList.objects.get().last_error == ""
    composed = [day_list.compose(row, day_list.visits_of(row)).extra_headers["Message-ID"] for _ in range(2)]
    assert {message["Message-ID"] for message in mail.messages} | set(composed) == {composed[0]}


def test_yesterdays_list_is_given_up(
    calendar: TherapistCalendar,
    appointment: Appointment,
    mail: MailServer,
    at: At,
    clock: time_machine.Traveller,
) -> None:
    clock.move_to(at(24, 7))
    [written] = day_list.write_due()
    clock.move_to(at(25, 0, 1))
    assert day_list.deliver(day_list_id=written) is NotificationStatus.FAILED
    assert mail.messages == []


def test_a_list_whose_job_is_gone_gets_a_new_one(
    calendar: TherapistCalendar, appointment: Appointment, at: At, clock: time_machine.Traveller
) -> None:
    clock.move_to(at(24, 7))
    [written] = day_list.write_due()
    clock.move_to(at(24, 7, 6))
    assert day_list.write_due() == []  # it has a job
    jobrunner.forget_jobs()
    assert day_list.write_due() == [written]
    assert len(jobrunner.jobs(day_list.DELIVER)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_worker_writes_and_sends_it(
    calendar: TherapistCalendar,
    appointment: Appointment,
    mail: MailServer,
    at: At,
    clock: time_machine.Traveller,
) -> None:
    clock.move_to(at(24, 7))
    assert own_clock.today().day == 24
    jobs.day_lists.func(timestamp=0)
    jobrunner.run_jobs()
    assert [message["To"] for message in mail.messages] == ["ana@clinic.example"]
