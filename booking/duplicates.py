"""Records that may be of one person: the same number, address or name, or a name with a slip in it. Only reads.

What is found is a question to the desk. Two records of which somebody has said that they are of two people are left
out from then on.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from booking.models import Patient
from booking.models.searching import DIGITS, NAME

#: How alike two names have to be, of 1. "Jon Smith" and "John Smith" are 0.62 alike.
ALIKE = 0.55
#: Only records made last are compared by names that are merely similar: it takes a look at the index for each.
NEWEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two records, the older first, and what makes them look like one."""

    first: Patient
    second: Patient
    why: tuple[str, ...]

    @property
    def both(self) -> tuple[Patient, Patient]:
        """Both, the older first."""
        return self.first, self.second

    @property
    def reasons(self) -> str:
        """As in "same phone number and same name"."""
        return " and ".join([", ".join(self.why[:-1]), self.why[-1]] if len(self.why) > 1 else self.why)


_TAIL = f"right({DIGITS.format('phone')}, 7)"
# A key that many records share, such as the clinic's own number, says nothing of any two of them.
_SHARED = """
  SELECT one.id AS first, other.id AS second, '{why}' AS why, {rank} AS rank FROM (
    SELECT id, {key} AS key, count(*) OVER (PARTITION BY {key}) AS sharing FROM booking_patient WHERE {where}
  ) AS one JOIN (SELECT id, {key} AS key FROM booking_patient WHERE {where}) AS other
    ON other.key = one.key AND one.id < other.id
  WHERE one.sharing <= 10"""
#: What makes two the same: in words, how much it says, the key, and which records have one.
_KEYS = (
    ("same phone number", 3, _TAIL, f"length({_TAIL}) = 7"),
    ("same email", 3, "lower(email)", "email <> ''"),
    ("same name", 2, NAME.format("name"), "name <> ''"),
)
_SAME = " UNION ALL ".join(
    _SHARED.format(why=why, rank=rank, key=key, where=where) for why, rank, key, where in _KEYS
)
# The threshold of `%` is a setting, which the one row that everything else comes from sets first, for this statement.
_SQL = f"""
WITH setting AS MATERIALIZED (SELECT set_config('pg_trgm.similarity_threshold', %(alike)s, true)),
newest AS (
  SELECT patient.id, {NAME.format("patient.name")} AS name FROM setting CROSS JOIN LATERAL (
    SELECT id, name FROM booking_patient {{newest}}) AS patient),
found AS ({{same}} UNION ALL
  SELECT least(newest.id, other.id), greatest(newest.id, other.id), 'similar name', 1
  FROM newest CROSS JOIN LATERAL (
    SELECT id FROM booking_patient WHERE {NAME.format("name")} %% newest.name AND id <> newest.id
      AND {NAME.format("name")} <> newest.name LIMIT 10) AS other)
SELECT first, second, array_agg(DISTINCT why), count(*) OVER () FROM found
GROUP BY first, second
HAVING NOT EXISTS (
  SELECT FROM booking_distinctpatients AS told WHERE told.first_id = first AND told.second_id = second)
ORDER BY sum(DISTINCT rank) DESC, second DESC, first DESC OFFSET %(offset)s LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_SAME_AS_ONE = """
  SELECT least(id, %(id)s) AS first, greatest(id, %(id)s) AS second, '{why}' AS why, {rank} AS rank
  FROM booking_patient
  WHERE id <> %(id)s AND {key} {alike} (SELECT {key} FROM booking_patient WHERE id = %(id)s AND {where})"""
# No index holds the ends of numbers; that of trigrams finds them, where it is asked in its own words.
_ENDS_IN = f"= {_TAIL} AND {DIGITS.format('phone')} LIKE '%%' ||"
_SAME_AS_THIS = " UNION ALL ".join(
    _SAME_AS_ONE.format(why=why, rank=rank, key=key, where=where, alike=_ENDS_IN if key == _TAIL else "=")
    for why, rank, key, where in _KEYS
)
_ALL = _SQL.format(newest=f"ORDER BY id DESC LIMIT {NEWEST}", same=_SAME)
_OF_ONE = _SQL.format(newest="WHERE id = %(id)s", same=_SAME_AS_THIS)


def find(*, offset: int = 0, limit: int = 50) -> tuple[list[Pair], int]:
    """The likeliest pairs first, and how many there are in all. Two queries."""
    return _pairs(_ALL, {"alike": str(ALIKE), "offset": offset, "limit": limit})


def of_one(patient: Patient, *, limit: int = 5) -> list[Pair]:
    """The pairs that a record is one of. Two queries, or one where there are none."""
    return _pairs(_OF_ONE, {"alike": str(ALIKE), "offset": 0, "limit": limit, "id": patient.pk})[0]


def _pairs(sql: str, parameters: dict[str, str | int]) -> tuple[list[Pair], int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    people = _records(pk for first, second, *_ in rows for pk in (first, second))
    pairs = [
        Pair(first=people[first], second=people[second], why=tuple(why))
        for first, second, why, _ in rows
        if first in people and second in people
    ]
    return pairs, rows[0][3] if rows else 0


def _records(ids: Iterable[int]) -> dict[int, Patient]:
    wanted = set(ids)
    return Patient.objects.in_bulk(wanted) if wanted else {}
