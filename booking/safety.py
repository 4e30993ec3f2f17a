"""The safety check before a first visit: its lists, and the pass that says that somebody read them.

Nothing here knows which sign somebody has: an answer leads to a page and is forgotten. Only "none of these" leaves
something behind, a signed pass without a name, and with the booking the version of the lists and the moment.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flexclinic.lib import stamps

#: Which wording of the lists a patient read. Change it with the lists.
VERSION = "2026-11"

#: A pass is good for so long.
GOOD_FOR = timedelta(days=1)

_PURPOSE = "booking.safety"

EMERGENCY = (
    "you feel numb between your legs or around your bottom",
    "you cannot control your bladder or bowels",
    "both legs are weak, or pain shoots down both legs",
    "you have chest pain, or you are short of breath",
    "you have a sudden, very bad headache",
    "your neck hurts and you are dizzy, see double, cannot speak clearly or your face has changed",
    "your neck hurts after a serious fall or accident",
)
TODAY = (
    "your calf is hot and swollen",
    "a joint is hot and swollen and you have a fever",
    "an arm or a leg is weak, and that is new or getting worse",
    "you have pain at night and are losing weight",
    "you have had cancer and now a bone hurts",
)
ASK_FIRST = (
    "you take blood thinners, or you bleed easily",
    "you have cancer",
    "you have severe osteoporosis (very weak bones)",
    "you are pregnant",
    "you had surgery not long ago",
    "you have pain that nobody has explained yet",
)
NOT_NOW = (
    "you may have a blood clot",
    "you have a fever",
    "the place that hurts has a broken bone, an infection or an open wound",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """Somebody read the lists and said that none of it is true for them."""

    version: str
    at: datetime


def make_pass() -> str:
    """What a page carries on for somebody who has just said so."""
    return stamps.make(purpose=_PURPOSE, says=VERSION)


def read_pass(text: str) -> Passed | None:
    """What a pass says; None without one, for a forged one and for one that is too old."""
    stamp = stamps.read(text, purpose=_PURPOSE, longest=GOOD_FOR)
    return Passed(version=stamp.says, at=stamp.made_at) if stamp else None
