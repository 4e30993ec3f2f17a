"""Signed moments: a page carries one along, and it says later when it was made, and that it was made here.

A stamp holds no name and no address. It can be kept and sent again: it proves a moment, not who had it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

from flexclinic.lib import clock

_EPOCH = datetime.fromisoformat("1970-01-01T00:00+00:00")
_LONGEST = 500  # characters: what is longer is none of ours, and not worth the work


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """When it was made, and what was written on it."""

    made_at: datetime
    says: str

    @property
    def age(self) -> timedelta:
        """How long ago that was."""
        return clock.now() - self.made_at


def make(*, purpose: str, says: str = "") -> str:
    """A stamp of this moment, as text for a form or an address. `purpose` keeps it from being taken for another."""
    milliseconds = (clock.now() - _EPOCH) // timedelta(milliseconds=1)
    return signing.dumps([milliseconds, says], salt=_salt(purpose))


def read(text: str, *, purpose: str, longest: timedelta | None = None) -> Stamp | None:
    """What a stamp says; None where it is none of ours, is for another purpose or is older than `longest`."""
    if not text or len(text) > _LONGEST:
        return None
    try:
        milliseconds, says = signing.loads(text, salt=_salt(purpose))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    stamp = Stamp(made_at=_EPOCH + timedelta(milliseconds=milliseconds), says=says)
    return None if longest is not None and stamp.age > longest else stamp


def _salt(purpose: str) -> str:
    return f"flexclinic.lib.stamps.{purpose}"
