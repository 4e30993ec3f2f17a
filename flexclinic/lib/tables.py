"""Tables of figures: what a page shows, a picture draws and a file carries, with what each column counts.

Shares are fractions (0.625 is 62%), hours are elapsed time, money is in the clinic's currency. None is "cannot be
said", as a share of nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.conf import settings
from django.utils.safestring import SafeString

from flexclinic.lib import money

Value = str | int | float | Decimal | date | None

#: In place of a figure that cannot be said.
NONE = "–"


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    HOURS = "hours"
    SHARE = "share"
    DAYS = "days"
    MINUTES = "minutes"
    MONEY = "money"
    DATE = "date"
    AS_ROW = "as row"  # each row says by itself what its figures count


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name and what it holds."""

    title: str
    kind: Kind

    @property
    def with_unit(self) -> str:
        """The name as a file's first row has it, with the unit where the name does not say it."""
        unit = unit_of(self.kind)
        return f"{self.title} ({unit})" if unit not in self.title.lower() else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Figures with a key for addresses, a title, what they mean in words, and a picture if there is one.

    The first column names the rows. A `heat` table is its own picture: rows by columns of shares.
    """

    key: str
    title: str
    means: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    picture: SafeString | None = None
    heat: bool = False
    row_kinds: Sequence[Kind] = ()

    def kinds(self, row: int) -> list[Kind]:
        """What each figure of a row counts."""
        return [self.row_kinds[row] if column.kind == Kind.AS_ROW else column.kind for column in self.columns]


def unit_of(kind: Kind) -> str:
    """The unit of a figure that is written as a bare number; empty where it needs none."""
    units = {Kind.SHARE: "%", Kind.HOURS: "hours", Kind.MINUTES: "minutes", Kind.DAYS: "days"}
    return str(settings.CURRENCY) if kind == Kind.MONEY else units.get(kind, "")


def share(part: float, whole: float) -> float | None:
    """A part of the whole as a fraction; None where there is no whole."""
    return part / whole if whole else None


def written(value: Value, kind: Kind) -> str:
    """A figure as people read it: "63%", "12.5", "$1,240", "24 Nov 2026"."""
    match value:
        case None:
            return NONE
        case str():
            return value
        case date():
            return f"{value.day} {value:%b %Y}"
    if kind == Kind.SHARE:
        return f"{float(value):.0%}"
    if kind == Kind.MONEY:
        return money.format_price(Decimal(value))
    return f"{float(value):,.1f}".removesuffix(".0")
