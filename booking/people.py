"""Who is calling: the people that the clinic knows, found by a part of a name, a number or an email address.

One query, however much is known. People with a record come from `Patient`; who has booked on the website and has no
record yet comes from the appointments, those with the same name, number and address as one person. Nothing here
changes anything or decides that two are one: what looks alike is only named.

Words may be in any order, with or without accents, and with a slip in them. A query's condition is written in the very
words of `booking.models.searching`, which the indexes are built on.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from booking.models.searching import DIGITS, ERASED, NAME, UNMARKED
from flexclinic.lib import clock

#: So many people are shown: more is not read with a caller on the phone.
MOST = 8
#: Fewer letters or digits than these find half of the clinic.
FEWEST_LETTERS = 2
FEWEST_DIGITS = 3
#: More words than these are no name.
_MOST_WORDS = 4
_LONGEST = 100
#: So many of either kind are looked at before the best are taken.
_LOOKED_AT = 24
_MOST_VISITS = 200
#: How far behind the best somebody may be and still be shown: a whole name leaves out what only sounds like it.
_BEHIND = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody the clinic knows. Instants are in UTC; `key` names them in a form: "p12" a record, "a34" a booking.

    `visits` are the appointments that stand for somebody without a record, the newest first. `alike` says what may
    make two records of one person.
    """

    key: str
    patient_id: int | None
    visits: tuple[int, ...]
    name: str
    phone: str
    email: str
    last: datetime | None
    next: datetime | None
    last_option_id: int | None
    last_therapist_id: int | None
    usual_option: str
    usual_therapist: str
    alike: tuple[str, ...]

    @property
    def has_record(self) -> bool:
        """Whether the desk has made a record of them."""
        return self.patient_id is not None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was typed, as conditions on a table and a rank, with their parameters."""

    condition: str
    rank: str
    parameters: Mapping[str, str]


def find(typed: str) -> list[Person]:
    """The people that what was typed may mean, the likeliest first; none for too little. One query."""
    asked = _asked(typed)
    if asked is None:
        return []
    # The wording is made of constants; what was typed goes along as parameters.
    given = ", ".join(f"%({name})s::text AS {name}" for name in asked.parameters)
    words = {"condition": asked.condition, "rank": asked.rank}
    sql = _PEOPLE_SQL.format(recorded=_RECORDED_SQL.format(**words), visits=_VISITS_SQL.format(**words))
    return _people(f"WITH {_ASKED_SQL.format(given=given)}{sql}", asked.parameters)


def known(key: str) -> Person | None:
    """Somebody by their key; None where there is nobody like that any more. One query."""
    named = re.fullmatch(r"([pa])([0-9]{1,15})", key)
    if named is None:
        return None
    people = _people(_ONE_SQL[named[1]], {"id": int(named[2])})
    return people[0] if people else None


def written_down(key: str) -> Person | None:
    """Somebody with a record, without what their visits tell; others as `known`. One short query."""
    if not re.fullmatch(r"p[0-9]{1,15}", key):
        return known(key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name, phone, email FROM booking_patient WHERE id = %s", [int(key[1:])])
        row = cursor.fetchone()
    if row is None:
        return None
    pk, name, phone, email = row
    return Person(
        key=key,
        patient_id=pk,
        visits=(),
        name=name,
        phone=phone,
        email=email,
        last=None,
        next=None,
        last_option_id=None,
        last_therapist_id=None,
        usual_option="",
        usual_therapist="",
        alike=(),
    )


def plain(text: str) -> str:
    """A name as it is compared: small letters without their marks."""
    taken_apart = unicodedata.normalize("NFKD", text.translate(UNMARKED))
    return "".join(each for each in taken_apart if not unicodedata.combining(each)).lower()


def digits_of(typed: str) -> str:
    """The digits of a number as it is stored anywhere: without the 0, 00 or 1 that some write before it."""
    digits = re.sub(r"[^0-9]", "", typed).lstrip("0")
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def _asked(typed: str) -> _Asked | None:
    """Read what was typed: words of a name, digits of a number, or the beginning of an address."""
    typed = typed.replace("\0", " ").strip()[:_LONGEST]
    parameters = {"threshold": "0.6"}
    if "@" in typed:
        parameters["address"] = f"{_unlike(typed.lower())}%"
        return _Asked("lower(email) LIKE address", "1.0::float8", parameters)
    words = [word for word in re.findall(r"[^\W_]+", plain(typed)) if not word.isdecimal()]
    long_enough = [word for word in words if len(word) >= FEWEST_LETTERS][:_MOST_WORDS]
    digits = digits_of(typed)
    conditions, ranks = [], []
    if len(digits) >= FEWEST_DIGITS:
        parameters["digits"] = f"%{digits}%"
        conditions.append(f"{DIGITS.format('phone')} LIKE digits")
    if long_enough:
        parameters["threshold"] = _threshold(long_enough)
        name = f"({NAME.format('name')})"
        for number, word in enumerate(long_enough):
            parameters[f"word_{number}"] = word
            conditions.append(f"{name} %%> word_{number}")
            ranks.append(f"word_similarity(word_{number}, {name})")
    if not conditions:
        return None
    condition = " AND ".join(conditions)
    rank = f"({' + '.join(ranks)}) / {len(ranks)}" if ranks else "1.0::float8"
    if len(words) == 1 and re.fullmatch(r"[\w.+-]{3,}", typed):
        parameters["address"] = f"{_unlike(typed.lower())}%"
        condition = f"({condition} OR lower(email) LIKE address)"
        rank = f"greatest({rank}, CASE WHEN lower(email) LIKE address THEN 0.7 ELSE 0 END)"
    return _Asked(condition, rank, parameters)


def _threshold(words: list[str]) -> str:
    """How much of a word has to be there: the more letters, the more of them may be wrong."""
    longest = max(map(len, words))
    return "0.3" if longest >= 5 else "0.5" if longest == 4 else "0.6"


def _unlike(text: str) -> str:
    """Text that means itself in a LIKE."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _same(field: str, sql: str, *, tail: str = "{0}") -> str:
    """That two appointments, `one` and `other`, have the same in a field."""
    one, other = (tail.format(sql.format(f"{which}.{field}")) for which in ("one", "other"))
    return f"({other}) = ({one})"


# The threshold of `%>` is a setting. What was typed comes from the same materialized row that sets it, so that it is
# set before anything is looked for, and for this statement alone.
_ASKED_SQL = """asked AS MATERIALIZED (
  SELECT set_config('pg_trgm.word_similarity_threshold', threshold, true), given.* FROM (SELECT {given}) AS given),
"""
_RECORDED_SQL = """SELECT patient.* FROM asked CROSS JOIN LATERAL (
  SELECT id, name, email, phone, {rank} AS score FROM booking_patient
  WHERE {condition} ORDER BY score DESC, name, id LIMIT %(looked_at)s) AS patient"""
_VISITS_SQL = """SELECT visit.* FROM asked CROSS JOIN LATERAL (
  SELECT id, name, email, phone, {rank} AS score FROM booking_appointment
  WHERE patient_id IS NULL AND name <> %(erased)s AND {condition}
  ORDER BY score DESC, id DESC LIMIT %(most_visits)s) AS visit"""
_ONE_RECORD_SQL = "SELECT id, name, email, phone, 1.0::float8 AS score FROM booking_patient WHERE {condition}"
_THEIR_VISITS_SQL = f"""SELECT other.id, other.name, other.email, other.phone, 1.0::float8 AS score
  FROM booking_appointment AS one JOIN booking_appointment AS other ON {_same("name", NAME)}
    AND {_same("email", "lower({0})")} AND {_same("phone", DIGITS, tail="right({0}, 7)")}
  WHERE {{condition}} AND one.patient_id IS NULL AND one.name <> %(erased)s AND other.patient_id IS NULL"""  # noqa: S608 - constants
# Names that are the very same are counted before the best are taken. An address or a number that somebody else's
# record has, too, is looked up for those alone.
_PEOPLE_SQL = f"""
recorded AS ({{recorded}}), visits AS ({{visits}}),
unrecorded AS (
  SELECT array_agg(id ORDER BY id DESC) AS visits, (array_agg(name ORDER BY id DESC))[1] AS name,
    (array_agg(email ORDER BY id DESC))[1] AS email, (array_agg(phone ORDER BY id DESC))[1] AS phone,
    max(score) AS score
  FROM visits GROUP BY {NAME.format("name")}, lower(email), right({DIGITS.format("phone")}, 7)),
everybody AS (
  SELECT id AS patient_id, '{{{{}}}}'::bigint[] AS visits, name, email, phone, score FROM recorded
  UNION ALL SELECT NULL, visits, name, email, phone, score FROM unrecorded),
hits AS (
  SELECT *, count(*) OVER (PARTITION BY {NAME.format("name")}) AS namesakes FROM everybody
  ORDER BY score DESC, name, patient_id, visits DESC LIMIT %(most)s)
SELECT hits.patient_id, hits.visits, hits.name, hits.phone, hits.email, hits.score, hits.namesakes,
  seen.last, seen.next, seen.last_option_id, seen.last_therapist_id,
  service.title || ': ' || option.name, therapist.title, same.phone, same.email
FROM hits
CROSS JOIN LATERAL (
  SELECT max(starts_at) FILTER (WHERE starts_at <= %(now)s AND status <> 'requested') AS last,
    min(starts_at) FILTER (WHERE starts_at > %(now)s) AS next,
    (array_agg(option_id ORDER BY starts_at DESC))[1] AS last_option_id,
    (array_agg(therapist_id ORDER BY starts_at DESC))[1] AS last_therapist_id,
    mode() WITHIN GROUP (ORDER BY option_id) AS option_id,
    mode() WITHIN GROUP (ORDER BY therapist_id) AS therapist_id
  FROM booking_appointment
  WHERE (patient_id = hits.patient_id OR id = ANY(hits.visits))
    AND status IN ('requested', 'confirmed', 'arrived', 'completed')) AS seen
CROSS JOIN LATERAL (
  SELECT (SELECT other.name FROM booking_patient AS other WHERE hits.phone <> ''
      AND {DIGITS.format("other.phone")} IN
        ({DIGITS.format("hits.phone")}, '1' || {DIGITS.format("hits.phone")})
      AND other.id IS DISTINCT FROM hits.patient_id LIMIT 1) AS phone,
    (SELECT other.name FROM booking_patient AS other WHERE hits.email <> ''
      AND lower(other.email) = lower(hits.email)
      AND other.id IS DISTINCT FROM hits.patient_id LIMIT 1) AS email) AS same
LEFT JOIN services_serviceoption AS option ON option.id = seen.option_id
LEFT JOIN services_service AS service ON service.id = option.service_id
LEFT JOIN services_therapist AS therapist ON therapist.id = seen.therapist_id
ORDER BY hits.score DESC, hits.name, hits.patient_id, hits.visits DESC
"""  # noqa: S608 - made of constants
_NOBODY_SQL = "SELECT id, name, email, phone, 0.0::float8 AS score FROM {table} WHERE false"
_ONE_SQL = {
    "p": "WITH "
    + _PEOPLE_SQL.format(
        recorded=_ONE_RECORD_SQL.format(condition="id = %(id)s"),
        visits=_NOBODY_SQL.format(table="booking_appointment"),
    ),
    "a": "WITH "
    + _PEOPLE_SQL.format(
        recorded=_NOBODY_SQL.format(table="booking_patient"),
        visits=_THEIR_VISITS_SQL.format(condition="one.id = %(id)s"),
    ),
}


def _people(sql: str, parameters: Mapping[str, Any]) -> list[Person]:
    """The rows of a query as people, without those who are far behind the best."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                **parameters,
                "now": clock.now(),
                "most": MOST,
                "looked_at": _LOOKED_AT,
                "most_visits": _MOST_VISITS,
                "erased": ERASED,
            },
        )
        rows = cursor.fetchall()
    return [_person(row) for row in rows if row[5] >= rows[0][5] - _BEHIND]


def _person(row: tuple[Any, ...]) -> Person:
    patient_id, visits, name, phone, email, _, namesakes, *seen, same_phone, same_email = row
    last, following, option_id, therapist_id, option, therapist = seen
    alike = []
    if same_phone:
        alike.append(f"Same phone number as {same_phone}’s record")
    if same_email:
        alike.append(f"Same email as {same_email}’s record")
    if namesakes > 1:
        alike.append("Somebody else here has the very same name")
    return Person(
        key=f"p{patient_id}" if patient_id else f"a{visits[0]}",
        patient_id=patient_id,
        visits=tuple(visits),
        name=name,
        phone=phone,
        email=email,
        last=last,
        next=following,
        last_option_id=option_id,
        last_therapist_id=therapist_id,
        usual_option=option or "",
        usual_therapist=therapist or "",
        alike=tuple(alike),
    )
