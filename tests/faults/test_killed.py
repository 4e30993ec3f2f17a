"""Parts of a running clinic are killed in the middle of bookings: what was promised is kept, and told."""

import contextlib
import os
import select
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.faults.clinic import OPTION, running_clinic, until
from tests.faults.ledger import bookings, incomplete, setting
from tests.faults.patients import Patients, Sent, free_times
from tests.mailserver import MailServer

pytestmark = pytest.mark.long

SEED = 20261123
PIPE = "between"  # as in message_after_commit
#: Bookings are held up at the table that they come to write, one after the other, and killed there; at no table,
#: they are killed wherever they are. The last one is written after the booking's commit, before the answer.
GAPS = (
    "",
    "booking_appointment",
    "booking_appointmentevent",
    "booking_notification",
    "procrastinate_jobs",
    "booking_appointmentlink",
)
BETWEEN = 3  # bookings between two kills


def test_no_booking_and_no_message_is_lost(tmp_path: Path) -> None:
    with running_clinic(tmp_path / "data") as clinic, MailServer() as mail:
        clinic.mail_port = mail.port
        assert setting(clinic.server.url, "fsync") == "on"
        clinic.start_web()
        patients = Patients(clinic.port, SEED)
        with patients.booking(clients=4):
            for gap in GAPS:
                patients.wait_for_more(BETWEEN)
                with held_up(clinic.server.url, gap):
                    clinic.kill_web_workers()
                patients.wait_for_more(BETWEEN)
                with held_up(clinic.server.url, gap):
                    clinic.kill_database()
                clinic.start_database()
            patients.wait_for_more(BETWEEN)

        found = bookings(clinic.server.url)
        acknowledged = [sent for sent in patients.sent if sent.page]
        report(patients.sent, len(found))
        assert len(acknowledged) >= BETWEEN * 2 * len(GAPS)
        assert sum(sent.unanswered for sent in patients.sent) >= 2 * (len(GAPS) - 1), (
            "a kill has hit no booking"
        )

        # Who was told yes has an appointment, one, and nobody else has any.
        assert Counter(one.request_key for one in found) == Counter(sent.request_key for sent in acknowledged)
        by_key = {one.request_key: one for one in found}
        for sent in acknowledged:
            assert by_key[sent.request_key].email == sent.email
            assert sent.digest in by_key[sent.request_key].links
            assert clinic.status_of(sent.page) == 200
        assert incomplete(found) == []
        clinic.stop_web()

        # The worker dies while the mail server has a message in hand, and the database with it.
        mail.hang_at = "data"
        clinic.start_worker()
        mail.wait_until_it_hangs()
        clinic.kill_worker()
        clinic.kill_database()
        mail.hang_up()
        in_hand = len(mail.messages)
        clinic.start_database()
        clinic.start_worker()
        until(
            lambda: all(one.sent == 1 for one in bookings(clinic.server.url)),
            seconds=240,
            what="every message is sent",
        )

        # Everybody's message arrived. The ones that were in hand came again, as the same message.
        ids = Counter(str(message["Message-ID"]) for message in mail.messages)
        told = {(str(message["To"]), str(message["Message-ID"])) for message in mail.messages}
        assert Counter(email for email, _ in told) == Counter(one.email for one in found)
        assert len(ids) == len(found)
        assert 1 <= in_hand <= 2
        assert ids.total() == len(found) + in_hand
        assert max(ids.values()) == 2


@contextmanager
def held_up(database_url: str, table: str) -> Iterator[None]:
    """Keep every booking from writing to the table, once one waits there, until the end of the block."""
    if not table:
        yield
        return
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(database_url) as holder:
        holder.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(table)))
        waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
        until(
            lambda: holder.execute(waiting, [table]).fetchone() is not None,
            seconds=60,
            what=f"a booking waits for {table}",
        )
        yield


def report(sent: list[Sent], appointments: int) -> None:
    again = [one.unanswered for one in sent if one.unanswered]
    print(
        f"\n{len(sent)} forms, {sum(bool(one.page) for one in sent)} acknowledged, {appointments} appointments,"
        f" {sum(not one.page for one in sent)} too late, {sum(again)} sends of {len(again)} forms without an answer"
    )


def test_a_message_that_is_written_after_the_commit_is_lost(tmp_path: Path) -> None:
    """The control: the same check finds the booking without its message where the two are not one transaction."""
    with running_clinic(tmp_path / "data") as clinic:
        os.mkfifo(clinic.data / PIPE)
        pipe = os.open(clinic.data / PIPE, os.O_RDONLY | os.O_NONBLOCK)
        clinic.start_web(application="tests.faults.message_after_commit:application")
        patients = Patients(clinic.port, SEED)
        who, start = free_times(clinic.port)[0]
        sent: list[Sent | None] = []
        patient = threading.Thread(
            target=lambda: sent.append(
                patients.book(path=f"/book/{OPTION}/{who}/{start}/", email="sam@example.test")
            )
        )
        patient.start()
        assert select.select([pipe], [], [], 60)[0], "the form did not come as far as its commit"
        os.close(pipe)
        clinic.kill_web_workers()
        patient.join(60)

        [answered] = sent
        assert answered
        assert answered.page
        assert answered.unanswered
        [lost] = incomplete(bookings(clinic.server.url))
        assert lost.request_key == answered.request_key
        assert (lost.events, lost.messages, lost.jobs) == (1, 0, 0)
