"""How the desk finds people: by words, and by the digits of a phone number however it was written."""

import re
from typing import TypeVar, cast

from django.db.models import F, Func, Model, Q, QuerySet, TextField, Value

M = TypeVar("M", bound=Model)

#: Fewer digits than these are no part of a number that anybody would search for.
_FEWEST_DIGITS = 3


def with_digits(queryset: QuerySet[M]) -> QuerySet[M]:
    """The same rows, which can be asked for `phone_digits`."""
    digits = Func(
        F("phone"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace", output_field=TextField()
    )
    return cast(QuerySet[M], queryset.alias(phone_digits=digits))


def national_digits(written: str) -> str:
    """The digits of a number without the 1 of its country, which some write and some do not."""
    digits = re.sub(r"\D", "", written)
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def phone_matches(term: str) -> Q:
    """Rows `with_digits` whose number holds a term that is written like a part of one; otherwise none."""
    digits = national_digits(term)
    if len(digits) < _FEWEST_DIGITS or not re.fullmatch(r"[\d\s()+./-]+", term):
        return Q(pk__in=())
    return Q(phone_digits__contains=digits)


def words_match(term: str, *fields: str) -> Q:
    """Rows in which every word of a term is a part of one of the fields."""
    every = Q()
    for word in term.split():
        some = Q(pk__in=())
        for field in fields:
            some |= Q(**{f"{field}__icontains": word})
        every &= some
    return every
