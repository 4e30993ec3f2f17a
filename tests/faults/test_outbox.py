"""A full outbox, a mail server that misbehaves in every way and workers that are killed: nothing is lost."""

import math
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from booking.management.commands import reference_clinic
from services.models import ServiceOption
from tests.faults import outbox
from tests.faults.clinic import until
from tests.faults.patients import Patients, Sent
from tests.faults.workers import Workers, workers
from tests.jobrunner import forget_jobs
from tests.mailserver import MailServer, Phase
from tests.races.web import serving

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

SEED = 20261123
#: As many as go out in a few minutes; `FAULT_MESSAGES=10000` takes a quarter of an hour on two busy cores. The kills
#: stay as many.
MESSAGES = int(os.environ.get("FAULT_MESSAGES") or 1200)
KILLS = 100
WORKERS = 3
#: Kills while the server refuses, says no to the address, says no to the message, and is silent. The others are
#: while it works.
KILLS_IN_A_FAULT = 5
TRIES_IN_A_FAULT = 100
SILENT_SECONDS = 60
#: Between two kills while it works the server gets from 1 to so many messages.
MOST_BETWEEN = MESSAGES // 50
PATIENTS = 2
PAUSE = 1.0  # seconds
LIMIT = 1.0  # seconds, at the 99th percentile


@pytest.fixture
def option() -> Iterator[ServiceOption]:
    forget_jobs()
    yield reference_clinic.build(appointments=0)
    forget_jobs()


def test_no_message_is_lost(option: ServiceOption, tmp_path: Path) -> None:
    begun = time.monotonic()
    outbox.fill(option=option, messages=MESSAGES)
    chance = random.Random(SEED)
    with (
        MailServer(refusing=True) as mail,
        serving(tmp_path) as port,
        workers(tmp_path, mail_port=mail.port, chance=chance) as crew,
    ):
        patients = Patients(port, SEED, pause=PAUSE)
        with patients.booking(clients=PATIENTS):
            say(begun, "the outbox is full")
            crew.start(WORKERS)

            in_a_fault(crew, outbox.tried_without_success)
            assert mail.connections == 0
            mail.accept()
            outbox.retry_now()
            say(begun, f"{crew.killed} kills; the server refuses no more")
            while_it_works(crew, mail, kills=20)

            for fault in ("recipient_reply", "data_reply"):
                setattr(mail, fault, "451 4.3.0 Later")
                before = mail.connections
                in_a_fault(crew, lambda before=before: mail.connections - before)  # type: ignore[misc]
                setattr(mail, fault, "")
                outbox.retry_now()
                say(begun, f"{crew.killed} kills; the server says 451 no more")
                while_it_works(crew, mail, kills=10)

            mail.hang_at = "recipient"
            silent = time.monotonic()
            mail.wait_until_it_hangs()
            before = mail.connections
            # Each new worker is soon left waiting as the one before was; the others give up by themselves.
            in_a_fault(crew, lambda: mail.connections - before, enough=3 * KILLS_IN_A_FAULT)
            arrived = len(mail.messages)
            until(
                lambda: time.monotonic() - silent >= SILENT_SECONDS,
                seconds=SILENT_SECONDS,
                what="it was silent for long enough",
            )
            assert len(mail.messages) == arrived
            mail.hang_up()
            outbox.retry_now()
            say(begun, f"{crew.killed} kills, {len(mail.messages)} messages; the server is silent no more")
            while_it_works(crew, mail, kills=KILLS - crew.killed)
            say(begun, f"{crew.killed} kills, {len(mail.messages)} messages")
            mail.wait_for(MESSAGES, timeout=MESSAGES / 5)
        clear_up(crew)
        outcome = outbox.compare(mail.messages)
        say(begun, f"all is over: {report(outcome)}")

    assert crew.killed == KILLS
    assert outcome.messages == MESSAGES + sum(bool(sent.page) for sent in patients.sent)
    assert outcome.lost == []
    assert outcome.strangers == []
    assert outcome.unlike == []
    assert 1 <= outcome.repeats <= crew.killed, "repeats, or no kill has hit a message that was under way"
    assert not any(sent.unanswered for sent in patients.sent)
    assert len(patients.sent) >= 100
    assert percentile_99(patients.sent, lambda sent: sent.form_seconds) < LIMIT
    assert percentile_99(patients.sent, lambda sent: sent.answer_seconds) < LIMIT


def in_a_fault(crew: Workers, tries: Callable[[], int], *, enough: int = TRIES_IN_A_FAULT) -> None:
    """Go on until the workers have tried often enough, and kill one after each few tries."""
    for kill in range(1, KILLS_IN_A_FAULT + 1):
        goal = enough * kill // KILLS_IN_A_FAULT
        until(lambda goal=goal: tries() >= goal, seconds=60, what=f"{goal} tries")  # type: ignore[misc]
        replace_one(crew)


def while_it_works(crew: Workers, mail: MailServer, *, kills: int) -> None:
    """Kill so many, each when one more message has just come, of which the worker may not have heard yet."""
    for _ in range(kills):
        mail.wait_for(len(mail.messages) + crew.chance.randint(1, MOST_BETWEEN), timeout=120)
        replace_one(crew)


def replace_one(crew: Workers) -> None:
    crew.kill_one()
    crew.start()


def clear_up(crew: Workers) -> None:
    """Let others bring back what the killed ones had in hand, without the wait until they are taken for dead."""
    crew.stop()  # so that all that the queue still knows are dead
    outbox.age_workers()
    crew.start(WORKERS)
    outbox.sweep_and_wait(seconds=120)
    crew.stop()


def percentile_99(sent: list[Sent], seconds: Callable[[Sent], float]) -> float:
    """99 of 100 took no longer."""
    ordered = sorted(map(seconds, sent))
    found = ordered[math.ceil(len(ordered) * 0.99) - 1]
    print(f"{len(ordered)} bookings: 99th percentile {found:.3f} s, longest {ordered[-1]:.3f} s")
    return found


def report(outcome: outbox.Outcome) -> str:
    return (
        f"{outcome.messages} messages, {outcome.received} received, {len(outcome.lost)} lost,"
        f" {outcome.repeats} repeats, {len(outcome.unlike)} unlike"
    )


def say(begun: float, what: str) -> None:
    print(f"\n{time.monotonic() - begun:5.0f} s: {what}", end="", flush=True)


# The same check on messages that are in hand when their worker is killed, with one protection off at a time


def killed_with_messages_in_hand(
    option: ServiceOption, data: Path, *, at: Phase, without: str = ""
) -> outbox.Outcome:
    """The mail server falls silent at a point of each message that the worker has in hand, and the worker dies."""
    outbox.fill(option=option, messages=20)
    with (
        MailServer() as mail,
        workers(data, mail_port=mail.port, chance=random.Random(SEED), without=without) as crew,
    ):
        mail.hang_at = at
        crew.start()
        mail.wait_until_it_hangs()
        crew.kill_one()
        mail.hang_up()
        clear_up(crew)
        return outbox.compare(mail.messages)


def test_what_the_server_had_taken_comes_again_as_the_same_message(
    option: ServiceOption, tmp_path: Path
) -> None:
    outcome = killed_with_messages_in_hand(option, tmp_path, at="data")
    assert (outcome.lost, outcome.unlike, outcome.strangers) == ([], [], [])
    assert 1 <= outcome.repeats <= 2  # a worker has two in hand


def test_messages_are_lost_where_nothing_brings_them_back(option: ServiceOption, tmp_path: Path) -> None:
    """The control: the check finds them."""
    outcome = killed_with_messages_in_hand(option, tmp_path, at="recipient", without="bringing back")
    assert 1 <= len(outcome.lost) <= 2
    assert outcome.received == outcome.messages - len(outcome.lost)


def test_repeats_are_unlike_where_each_has_an_id_of_its_own(option: ServiceOption, tmp_path: Path) -> None:
    """The control: the check finds them."""
    outcome = killed_with_messages_in_hand(option, tmp_path, at="data", without="the same ID")
    assert 1 <= len(outcome.unlike) <= 2
    assert outcome.lost == []
