"""How people are found: a name without accents, a number by its digits, as expressions that indexes are built on.

`booking.people` asks in these very words; a query in other words finds the same and uses no index.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower

#: What stands where the name of somebody stood who was erased. `booking.people` passes over it.
ERASED = "Erased person"

# What Unicode does not take apart into a letter and a mark.
UNMARKED = str.maketrans("øØłŁđĐæÆœŒıß", "oOlLdDaAoOis")
_FROM, _TO = "".join(map(chr, UNMARKED)), "".join(map(chr, UNMARKED.values()))
# Plain names, as most are, are spared the rest. The functions are immutable, as those of an index have to be.
NAME = (
    "CASE WHEN octet_length({0}) = length({0}) THEN lower({0}) ELSE lower(regexp_replace(normalize("
    "translate({0}, '" + _FROM + "', '" + _TO + "'), NFKD), '[\\u0300-\\u036f]+', '', 'g')) END"
)
DIGITS = "regexp_replace({0}, '[^0-9]', '', 'g')"


def _expression(sql: str, field: str) -> Func:
    return Func(F(field), template=sql.format("%(expressions)s"), output_field=models.TextField())


def trigrams(name: str, *, condition: Q | None = None) -> GinIndex:
    """An index that finds a part of a name, with a slip in it or none, a part of a number, or of an address.

    Its list of what waits to be sorted in is short, because every search goes through it.
    """
    return GinIndex(
        OpClass(_expression(NAME, "name"), "gin_trgm_ops"),
        OpClass(_expression(DIGITS, "phone"), "gin_trgm_ops"),
        OpClass(Lower("email"), "gin_trgm_ops"),
        name=name,
        condition=condition,
        gin_pending_list_limit=256,
    )


def same_number(name: str) -> models.Index:
    """An index that finds who has a number."""
    return models.Index(_expression(DIGITS, "phone"), name=name)
