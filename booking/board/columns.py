"""A column of the board: cards, free starts, and for everything else what lies behind it."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from booking.board.cards import Card
from booking.board.frame import HOUR, Frame, as_interval, as_moment
from booking.board.rules import Ground
from booking.enums import BLOCKING
from booking.intervals import Interval, contains, overlaps
from booking.models import Appointment
from booking.walltime import MINUTE
from flexclinic.lib import when


@dataclass(frozen=True, slots=True)
class Free:
    """A start that is free."""

    at: datetime
    instant: int
    place: str
    kind = "free"


@dataclass(frozen=True, slots=True)
class Run:
    """Starts one after another that are not free, with the same behind them: `ground` for the color, `words`."""

    at: datetime
    instant: int
    until: datetime
    place: str
    ground: str
    words: str
    kind = "run"


@dataclass(frozen=True, slots=True)
class Column:
    """`who` is "t" or "r" with a primary key, `slug` that of a therapist. `items` come in the order of their times."""

    who: str
    day: date
    title: str
    notes: list[str]
    frame: Frame
    items: list[Card | Free | Run]
    slug: str = ""

    @property
    def cards(self) -> list[Card]:
        """The appointments."""
        return [item for item in self.items if isinstance(item, Card)]

    @property
    def free(self) -> list[Free]:
        """The free starts."""
        return [item for item in self.items if isinstance(item, Free)]

    @property
    def runs(self) -> list[Run]:
        """Everything that is not free."""
        return [item for item in self.items if isinstance(item, Run)]


def fill(
    frame: Frame,
    *,
    cards: Sequence[Card],
    hours: Sequence[Interval],
    grounds: Sequence[Ground],
    free: Collection[int],
    step: int,
) -> list[Card | Free | Run]:
    """Everything of a column: each start of the frame's grid is free, under a card, or in a run; `step` in minutes."""
    taken = [card.interval for card in cards if card.appointment.status in BLOCKING]
    items: list[Card | Free | Run] = [*cards]
    gone = [card for card in cards if card.appointment.status not in BLOCKING]
    run: tuple[int, int, tuple[str, str], str] | None = None

    def close() -> None:
        if run:
            place = f"{frame.place((run[0], run[1]))} {run[3]}".strip()
            items.append(Run(as_moment(run[0]), run[0], as_moment(run[1]), place, *run[2]))

    for instant, minute in frame.grid:
        end = instant + step * MINUTE
        if any(contains(interval, instant) for interval in taken):
            close()
            run = None
        elif instant in free:
            close()
            run = None
            place = f"{frame.place((instant, end))} {_beside((instant, end), gone)}".strip()
            items.append(Free(as_moment(instant), instant, place))
        else:
            behind, beside = _behind(instant, minute, hours, grounds), _beside((instant, end), gone)
            if run and run[2:] == (behind, beside) and run[1] == instant:
                run = (run[0], end, behind, beside)
            else:
                close()
                run = (instant, end, behind, beside)
    close()
    return sorted(items, key=_by_start)


def _beside(interval: Interval, gone: Sequence[Card]) -> str:
    """The class of what stands beside cards that keep no time, in the lane that they leave; "" where there are none."""
    lanes = {card.lane.split()[0] for card in gone if card.lane and overlaps(card.interval, interval)}
    return f"beside {max(lanes)}" if lanes else ""


def _by_start(item: Card | Free | Run) -> int:
    return item.instant


def _behind(
    instant: int, minute: int, hours: Sequence[Interval], grounds: Sequence[Ground]
) -> tuple[str, str]:
    """What lies behind a start that is not free: for the color, and in words."""
    for ground in grounds:
        if contains(ground.interval, instant):
            return ground.kind, ground.words
    if any(contains(stretch, minute) for stretch in hours):
        return "", ""
    return "outside", "Outside hours"


def kept_free(visits: Sequence[Appointment]) -> list[Ground]:
    """The buffers of visits."""
    return [
        Ground("kept", "Kept free", as_interval(low, high))
        for visit in visits
        if visit.status in BLOCKING
        for low, high in ((visit.occupied_from, visit.starts_at), (visit.ends_at, visit.occupied_until))
    ]


def in_words(hours: Sequence[Interval]) -> str:
    """As in "9am to 12 noon, 1pm to 5pm"."""
    stretches = (
        " to ".join(when.format_wall_time(*divmod(minute, HOUR)) for minute in stretch) for stretch in hours
    )
    return ", ".join(stretches) or "No hours"


def grouped(
    visits: Sequence[Appointment], key: Callable[[Appointment], int | None]
) -> dict[int | None, list[Appointment]]:
    """Appointments by something of theirs, in the same order."""
    found: dict[int | None, list[Appointment]] = {}
    for visit in visits:
        found.setdefault(key(visit), []).append(visit)
    return found


def shown_in(columns: Iterable[Column]) -> list[int]:
    """The keys of the appointments in these columns; one that lasts over midnight stands in two."""
    return sorted({card.appointment.pk for column in columns for card in column.cards})
