"""The phone booking over HTTP, with 100,000 patients to find the caller in, against a bare view that inserts a row."""

import http.client
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlencode

from benchmarks import bookings, diaries
from benchmarks.places import Place
from benchmarks.registry import Line, benchmark
from benchmarks.rounds import Rounds
from benchmarks.website import website

APPOINTMENTS = 10_000
PATIENTS = 100_000
MOST_TIMES_OF_BARE = 5.0
PAGE = "/admin/phone/"
BARE = "/benchmark/insert/"
#: Typed with a slip, in no order, as somebody listens.
TYPED = "jonson mary"
STEPS = ("find", "pick", "book")
_FORM = {"content-type": "application/x-www-form-urlencoded"}


@benchmark(f"A phone booking over HTTP, one worker, {PATIENTS:,} patients")
def phone(place: Place) -> Iterator[Line]:
    """Each step of a booking, by turns with the bare view."""
    database = place.copy(place.reference(APPOINTMENTS), to="phone")
    with diaries.closing():
        starts = iter(bookings._free_starts(database))
        cookie, token = _sign_in()
    place.tell(f"Making {PATIENTS:,} patients")
    key = _make_patients(place, database)
    with website(place, database) as site:
        place.tell("Measuring the phone booking")
        desk = _Desk(http.client.HTTPConnection("127.0.0.1", site.port), cookie, token, key)

        def book() -> None:
            [(therapist_id, start)] = islice(starts, 1)
            desk.book(start, therapist_id)

        steps: dict[str, Callable[[], object]] = {
            "bare": lambda: desk.post(BARE, {}),
            "find": lambda: desk.post(PAGE, {"q": TYPED}, part="people"),
            "pick": lambda: desk.post(PAGE, {"q": TYPED, "pick": key}),
            "book": book,
        }
        desk.look(key)
        rounds = Rounds(steps)
        rounds.run_until(lambda: rounds.ratio("book", "bare") <= MOST_TIMES_OF_BARE)
    plan = _plan_of_a_search(place, database)
    yield Line(
        what="booking an opening / a bare view that inserts a row",
        figure=f"{rounds.ratio('book', 'bare'):.2f}",
        limit=f"at most {MOST_TIMES_OF_BARE:.2f}",
        passed=rounds.ratio("book", "bare") <= MOST_TIMES_OF_BARE,
    )
    yield Line(
        what="a search reads the names from their index",
        figure="yes" if plan else "no",
        limit="yes",
        passed=plan,
    )
    for step, said in (("find", "finding the caller"), ("pick", "the page with the openings")):
        yield Line(what=f"{said} / the bare view", figure=f"{rounds.ratio(step, 'bare'):.2f}")
    yield Line(
        what="milliseconds: bare, find, pick, book",
        figure=", ".join(f"{rounds.median(step) * 1000:.1f}" for step in steps),
    )
    yield Line(what="rounds", figure=f"{rounds.count}")


@dataclass
class _Desk:
    """A browser of somebody at the desk, on one kept connection. Raises RuntimeError where nothing is booked."""

    connection: http.client.HTTPConnection
    cookie: str
    token: str
    key: str
    sent: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, fields: dict[str, str], *, part: str = "") -> tuple[int, str, str]:
        """Send a form; gives the answer's status, where it leads to, and its text."""
        headers = {**_FORM, "cookie": f"{self.cookie}; csrf={self.token}", "x-part": part}
        body = urlencode({**fields, "csrfmiddlewaretoken": self.token})
        self.connection.request("POST", path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.status not in (200, 302):
            raise RuntimeError(f"{path}: {answer.status} {text[:400]}")
        return answer.status, answer.headers.get("location", ""), text

    def look(self, key: str) -> None:
        """Read what the page sends with an opening."""
        _, _, text = self.post(PAGE, {"pick": key})
        hidden = re.findall(r'<input type="hidden" name="(\w+)"[^>]*? value="([^"]*)"', text)
        chosen = re.findall(r'(?s)<select name="(\w+)".*?<option value="([^"]*)" selected', text)
        dated = re.findall(r'name="(date)" value="([^"]*)"', text)
        self.sent = dict([*hidden, *chosen, *dated])

    def book(self, start: int, therapist_id: int) -> None:
        """Press the button of an opening."""
        fields = {**self.sent, "request_key": str(uuid.uuid4()), "take": f"{start}.{therapist_id}"}
        status, _, text = self.post(PAGE, fields)
        if status != 302:
            said = re.search(r'(?s)class="desk-errors".*?</div>', text)
            raise RuntimeError(f"nothing was booked: {said[0] if said else text[:1000]} {fields}")


def _sign_in() -> tuple[str, str]:
    """The session of somebody at the desk, and a token for its forms."""
    from django.conf import settings
    from django.contrib.auth.models import Group, User
    from django.middleware.csrf import _get_new_csrf_string
    from django.test import Client

    from booking import desk_group

    desk_group.ensure()
    user = User.objects.create_user("benchmark", is_staff=True)
    user.groups.add(Group.objects.get(name=desk_group.NAME))
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}", str(_get_new_csrf_string())


def _make_patients(place: Place, database: str) -> str:
    """Fill the table with made-up people, some of them of one name; gives the key of the one who calls."""
    names = ["Mary", "Ann", "John", "Peter", "Ivy", "Tom", "Zoë", "Ana", "Ben", "Ruth"]
    names += ["Max", "Lea", "Paul", "Eve", "Jon", "Sam", "Rosa", "Carl", "Nora", "Hugo"]
    begins = ["John", "Ander", "Wil", "Har", "Ma", "Ro", "Ste", "Bren", "Cal", "Dun"]
    begins += ["Fen", "Gra", "Hol", "Kel", "Lin", "Mor", "Nor", "Pen", "Quin", "Sut"]
    ends = ["son", "ton", "berg", "man", "field", "wood", "stone", "er", "ley", "worth"]
    with place.connect(database) as connection:
        connection.execute(
            """
            INSERT INTO booking_patient (name, email, phone, note, created_at)
            SELECT (%(names)s::text[])[1 + n %% 20] || ' ' || (%(begins)s::text[])[1 + n / 20 %% 20]
                || (%(ends)s::text[])[1 + n / 400 %% 10] || CASE WHEN n < 4000 THEN '' ELSE
                chr(97 + n / 4000) || 'e' END,
              'p' || n || '@example.test', '+1' || (2120000000 + n), '', now()
            FROM generate_series(0, %(patients)s - 1) AS n
            """,
            {"names": names, "begins": begins, "ends": ends, "patients": PATIENTS},
        )
        connection.execute("VACUUM (ANALYZE) booking_patient")
        row = connection.execute("SELECT id FROM booking_patient WHERE name = 'Mary Johnson'").fetchone()
    assert row
    return f"p{row[0]}"


def _plan_of_a_search(place: Place, database: str) -> bool:
    """Whether PostgreSQL reads the trigrams and not the table."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from booking import people

    with diaries.closing():
        diaries.use(database)
        with CaptureQueriesContext(connection) as queries:
            people.find(TYPED)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {queries[0]['sql']}")
            plan = "\n".join(line for [line] in cursor.fetchall())
    return "patient_trigrams" in plan and "Seq Scan on booking_patient" not in plan
