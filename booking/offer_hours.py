"""The hours in which freed times are offered, and until when an offer is kept that is made in or outside them.

Pure. All instants are aware and come back in UTC; the hours themselves are on the clinic's wall clock, so that a night
in which the clocks change is longer or shorter than others.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: So much of the time to answer lies within the hours, or all of it where it is shorter: whoever has a day or a week to
#: answer has it by the clock.
AWAKE_FOR = timedelta(hours=3)

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OfferHours:
    """Every day from `start` to `end`, minutes since midnight on the wall clock of the zone; half-open."""

    start: int
    end: int
    zone: ZoneInfo

    def next_open(self, at: datetime) -> datetime:
        """The instant itself where it lies within the hours, or else the one at which they begin next."""
        day = at.astimezone(self.zone).date()
        while True:
            opens, closes = self._on(day)
            if at < closes:
                return max(at.astimezone(UTC), opens)
            day += _ONE_DAY

    def kept_until(self, made_at: datetime, to_answer: timedelta) -> datetime:
        """When an offer ends that is made at an instant: after the time to answer, and not unseen.

        Of that time at least `AWAKE_FOR`, or all where it is shorter, lies within the hours.
        """
        return max(made_at.astimezone(UTC) + to_answer, self._after(made_at, min(to_answer, AWAKE_FOR)))

    def _after(self, at: datetime, length: timedelta) -> datetime:
        """The instant by which so much time within the hours has passed."""
        now = self.next_open(at)
        while True:
            closes = self._on(now.astimezone(self.zone).date())[1]
            if now + length <= closes:
                return now + length
            length -= closes - now
            now = self.next_open(closes)

    def _on(self, day: date) -> tuple[datetime, datetime]:
        opens, closes = self._instant(day, self.start), self._instant(day, self.end)
        return opens, max(opens, closes)  # a night's change of the clocks can leave nothing between them

    def _instant(self, day: date, minute: int) -> datetime:
        days, minute = divmod(minute, 24 * 60)
        wall = datetime.combine(day + days * _ONE_DAY, time(*divmod(minute, 60)), self.zone)
        return wall.astimezone(UTC)
