"""Patients at their browsers, who send the same form again until they are answered."""

import hashlib
import http.client
import json
import random
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.faults.clinic import OPTION

PATIENCE = 120  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form that was answered: who sent it, how often it went without an answer, and what the answer was.

    `page` is where the answer led, empty when the time had gone. How long the form and the answer to it took is in
    seconds.
    """

    email: str
    request_key: str
    unanswered: int
    page: str
    form_seconds: float
    answer_seconds: float

    @property
    def digest(self) -> bytes:
        """What the database keeps of the page's token."""
        return hashlib.sha256(self.page.split("/")[2].encode()).digest()


@dataclass
class Patients:
    """Several at once, each one booking after the other under new names, until they are told to stop.

    Each takes a `pause`, in seconds, after a booking.
    """

    port: int
    seed: int
    pause: float = 0
    sent: list[Sent] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)
    _sending: int = 0
    _acknowledged: int = 0
    _enough: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def booking(self, *, clients: int) -> Iterator[None]:
        """They book while the block runs; at its end each ends what it has begun."""
        times = free_times(self.port)
        threads = [
            threading.Thread(target=self._book_on, args=(number, times), daemon=True)
            for number in range(clients)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._enough.set()
            for thread in threads:
                thread.join(PATIENCE * 2)
        assert not any(thread.is_alive() for thread in threads), "a patient still waits"
        assert not self.wrong, self.wrong

    def wait_for_more(self, count: int) -> None:
        """Return when `count` more bookings were acknowledged and a form is under way just then."""
        with self._news:
            goal = self._acknowledged + count
            come = self._news.wait_for(
                lambda: self.wrong or (self._acknowledged >= goal and self._sending), PATIENCE
            )
        assert come, f"no {count} bookings within {PATIENCE} seconds"
        assert not self.wrong, self.wrong

    def _book_on(self, client: int, times: list[tuple[str, str]]) -> None:
        chance = random.Random(self.seed + client)
        number = 0
        try:
            while not self._enough.is_set():
                number += 1
                who, start = chance.choice(times)
                sent = self.book(
                    path=f"/book/{OPTION}/{who}/{start}/", email=f"p{client}-{number}@example.test"
                )
                if sent:
                    self.sent.append(sent)
                self._enough.wait(self.pause)
        except Exception as error:  # told to the test, whose thread is another one
            self.wrong.append(f"{type(error).__name__}: {error}")
        finally:
            with self._news:
                self._news.notify_all()

    def book(self, *, path: str, email: str) -> Sent | None:
        """Open the page, fill in the form and send it until it is answered. None where the page shows no form."""
        asked = time.monotonic()
        status, headers, text = self._until_answered("GET", path, "", {})[:3]
        form_seconds = time.monotonic() - asked
        if status == 409:
            return None
        assert status == 200, (status, text)
        cookies = SimpleCookie(headers["Set-Cookie"])
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', text))
        body = urlencode(
            {
                "name": "Sam Sample",
                "email": email,
                "phone": "(212) 555-0100",
                "consent": "on",
                "website": "",
                "request_key": fields["request_key"],
                "csrfmiddlewaretoken": fields["csrfmiddlewaretoken"],
            }
        )
        sent_headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"csrf={cookies['csrf'].value}",
        }
        with self._news:
            self._sending += 1
            self._news.notify_all()
        asked = time.monotonic()
        status, headers, text, unanswered = self._until_answered("POST", path, body, sent_headers)
        answer_seconds = time.monotonic() - asked
        assert status in (302, 409), (status, text)
        page = headers["Location"] if status == 302 else ""
        with self._news:
            self._sending -= 1
            self._acknowledged += bool(page)
            self._news.notify_all()
        return Sent(
            email=email,
            request_key=fields["request_key"],
            unanswered=unanswered,
            page=page,
            form_seconds=form_seconds,
            answer_seconds=answer_seconds,
        )

    def _until_answered(
        self, method: str, path: str, body: str, headers: dict[str, str]
    ) -> tuple[int, http.client.HTTPMessage, str, int]:
        """Send until there is an answer that is no failure of the server, and say how often there was none."""
        unanswered = 0
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                text = answer.read().decode()
                if answer.status < 500:
                    return answer.status, answer.headers, text, unanswered
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            unanswered += 1
        raise AssertionError(f"{method} was not answered within {PATIENCE} seconds")


def free_times(port: int) -> list[tuple[str, str]]:
    """Therapist and wall time of every free start, as the API gives them."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", f"/api/times/?option={OPTION}&days=60")
    found = json.loads(connection.getresponse().read())
    connection.close()
    return [(who, time["start"][:16]) for time in found["times"] for who in time["therapists"]]
