"""Mail as files."""

import email
import stat
from email import policy
from email.message import EmailMessage as ReadMessage
from pathlib import Path
from unittest import mock

import pytest
import time_machine
from django.core.mail import EmailMessage, get_connection
from pytest_django import Settings

from flexclinic.lib.mail import FolderBackend


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.EMAIL_BACKEND = "flexclinic.lib.mail.FolderBackend"
    settings.MAIL_FOLDER = place = tmp_path / "data folder" / "mail"
    return place


def send(
    *, message_id: str = "<one@clinic.test>", body: str = "Hello\nFrom the clinic", to: str = "a@b.test"
) -> int:
    message = EmailMessage("Grüße", body, "desk@clinic.test", [to], headers={"Message-ID": message_id})
    return message.send()


def read(path: Path) -> ReadMessage:
    return email.message_from_bytes(path.read_bytes(), policy=policy.default)


def test_keeps_a_message_that_a_mail_program_opens(folder: Path) -> None:
    assert send() == 1
    (kept,) = folder.iterdir()
    assert kept.suffix == ".eml"
    message = read(kept)
    assert message["Subject"] == "Grüße"
    assert message["To"] == "a@b.test"
    assert message["Message-ID"] == "<one@clinic.test>"
    assert message.get_content().splitlines() == ["Hello", "From the clinic"]
    assert b"\n" not in kept.read_bytes().replace(b"\r\n", b"")


def test_only_this_account_may_look(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o755)
    send()
    (kept,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_repeat_takes_the_place_of_the_first(folder: Path) -> None:
    with time_machine.travel("2026-11-23T14:00:00Z", tick=False) as clock:
        send(body="first")
        clock.shift(3600)
        send(body="again")
        send(message_id="<two@clinic.test>")
    names = sorted(path.name for path in folder.iterdir())
    assert [name[:15] for name in names] == ["20261123-140000", "20261123-150000"]
    assert read(folder / names[0]).get_content().strip() == "again"


@pytest.mark.parametrize("message_id", ["<../../etc/passwd@x>", "<*?[a]@x>", "<a/b@x>"])
def test_a_message_id_is_no_path(folder: Path, message_id: str) -> None:
    send(message_id=message_id)
    send(message_id=message_id)
    assert len(list(folder.iterdir())) == 1


def test_nobody_sees_half_a_message(folder: Path) -> None:
    with (
        mock.patch("os.replace", side_effect=OSError("the disk is full")),
        pytest.raises(OSError, match="full"),
    ):
        send()
    assert list(folder.iterdir()) == []
    with mock.patch("os.replace", side_effect=OSError("the disk is full")):
        assert FolderBackend(fail_silently=True).send_messages([EmailMessage(to=["a@b.test"])]) == 0


def test_a_message_to_nobody_is_not_kept(folder: Path) -> None:
    assert get_connection().send_messages([EmailMessage("Nobody", "Text")]) == 0
    assert not folder.exists()
