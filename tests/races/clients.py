"""Many clients of the diary at once, each with a thread and a database connection of its own.

`race` starts them as several processes of `python -m tests.races.clients`, lets all of them connect, and then go at
the same moment. Each gets its list of things to ask for, and does them one after the other through
`booking.lifecycle`, in real transactions.
"""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]

DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One call of `lifecycle`: `act` is request, move, patient moves, confirm, undo or series; or a proposed time that
    a patient takes or turns down; or what the desk does with a visit whose `version` it has seen: desk moves, desk
    cancels. Starts are ISO 8601 with an offset.

    `starts` are those of a series, with spaces between them.
    `seen_with` is the therapist whom the appointment was with when it was looked at, where that is out of date.
    """

    act: str
    start: str = ""
    starts: str = ""
    option: int | None = None
    therapist: int | None = None
    room: int | None = None
    appointment: int | None = None
    request_key: str = ""
    seen_with: int | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`outcome` is DONE, or the name of the exception (with its text where it is no BookingError)."""

    ask: Ask
    outcome: str
    appointment: int | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What all clients were told, and how often `lifecycle` had to begin a transaction again."""

    answers: list[Answer]
    gave_way: int
    seconds: float
    outcomes: dict[str, int] = field(default_factory=dict)

    def of(self, outcome: str) -> list[Answer]:
        """The answers with that outcome."""
        return [answer for answer in self.answers if answer.outcome == outcome]


def race(
    clients: Sequence[Sequence[Ask]],
    *,
    processes: int,
    database: str,
    now: datetime,
    locks: bool = True,
    together: bool = False,
) -> Result:
    """Let the clients run against each other and give what each was told. `now` is what the clock shows at the start.

    Without `locks`, nobody takes advisory locks: the control that shows what the locks are for. With `together`, the
    clients of a process, who have equally long lists, begin each of their asks at the same moment.
    """
    with ExitStack() as stack:
        started = []
        for number in range(processes):
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.races.clients"],
                    cwd=PROJECT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            plan = {
                "database": database,
                "now": now.isoformat(),
                "locks": locks,
                "together": together,
                "clients": [[asdict(ask) for ask in client] for client in clients[number::processes]],
            }
            assert process.stdin
            process.stdin.write(json.dumps(plan) + "\n")
            process.stdin.flush()
            started.append(process)
        for process in started:
            assert process.stdout
            assert process.stdout.readline() == "ready\n", "a client did not start"
        begun = time.perf_counter()
        for process in started:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [json.loads(process.communicate(timeout=900)[0]) for process in started]
        seconds = time.perf_counter() - begun
    answers = [
        Answer(**{**answer, "ask": Ask(**answer["ask"])}) for part in said for answer in part["answers"]
    ]
    outcomes: dict[str, int] = {}
    for answer in answers:
        outcomes[answer.outcome] = outcomes.get(answer.outcome, 0) + 1
    return Result(
        answers=answers,
        gave_way=sum(part["gave_way"] for part in said),
        seconds=seconds,
        outcomes=outcomes,
    )


# What runs in each process


def main() -> None:
    """Read the plan, connect, say so, wait for the start, act, and print what was answered."""
    plan = json.loads(sys.stdin.readline())
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

    import django
    import time_machine

    django.setup()
    from django.db import connections

    connections.settings["default"]["NAME"] = plan["database"]
    counter = _Counter()
    for logger in (logging.getLogger("booking"), logging.getLogger("booking.lifecycle")):
        logger.propagate = False
    logging.getLogger("booking.lifecycle").addHandler(counter)
    if not plan["locks"]:
        from booking.lifecycle import locking

        for name in ("lock_diaries", "lock_limited"):
            setattr(locking, name, lambda *diaries, **options: None)

    lists = [[Ask(**ask) for ask in client] for client in plan["clients"]]
    answers: list[list[dict[str, Any]]] = [[] for _ in lists]
    here = threading.Barrier(len(lists) + 1)
    each = threading.Barrier(len(lists) if plan["together"] else 1)
    start = threading.Event()
    with time_machine.travel(datetime.fromisoformat(plan["now"]), tick=True):
        threads = [
            threading.Thread(target=_run, args=(asks, answers[number], here, start, each))
            for number, asks in enumerate(lists)
        ]
        for thread in threads:
            thread.start()
        here.wait()
        print("ready", flush=True)
        sys.stdin.readline()
        start.set()
        for thread in threads:
            thread.join()
    print(json.dumps({"answers": [*chain.from_iterable(answers)], "gave_way": counter.count}))


class _Counter(logging.Handler):
    """Counts the lines that `lifecycle` writes when a transaction begins again."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += "gave way" in record.getMessage()


def _run(
    asks: list[Ask],
    answers: list[dict[str, Any]],
    here: threading.Barrier,
    start: threading.Event,
    each: threading.Barrier,
) -> None:
    from django.db import connection

    from booking.exceptions import BookingError
    from services.models import Room, ServiceOption, Therapist

    options = ServiceOption.objects.in_bulk()
    therapists = Therapist.objects.in_bulk()
    rooms = Room.objects.in_bulk()
    here.wait()
    start.wait()
    for ask in asks:
        each.wait()
        begun = time.perf_counter()
        found: int | None = None
        try:
            found = _act(ask, options, therapists, rooms)
            outcome = DONE
        except BookingError as error:
            outcome = type(error).__name__
        except Exception as error:  # everything else is for the test to see
            outcome = f"{type(error).__name__}: {error}"
        seconds = time.perf_counter() - begun
        answers.append({"ask": asdict(ask), "outcome": outcome, "appointment": found, "seconds": seconds})
    connection.close()


def _act(ask: Ask, options: dict[int, Any], therapists: dict[int, Any], rooms: dict[int, Any]) -> int:
    import uuid

    from booking import absences, lifecycle, proposals, series
    from booking.enums import Actor
    from booking.models import Appointment

    start = datetime.fromisoformat(ask.start) if ask.start else None
    therapist = therapists[ask.therapist] if ask.therapist else None
    if ask.act == "request":
        assert start
        assert ask.option
        made = lifecycle.request(
            option=options[ask.option],
            therapist=therapist,
            start=start,
            # A contact for each: nobody has more open than the policy allows, and each takes two locks.
            contact=lifecycle.Contact(
                name="Sam Sample",
                email=f"{ask.request_key}@example.test",
                phone=f"212{uuid.UUID(ask.request_key).int % 10**7:07}",
            ),
            request_key=uuid.UUID(ask.request_key),
        )
        return made.pk
    if ask.act == "series":
        assert ask.option
        assert therapist
        return series.book_series(
            option=options[ask.option],
            therapist=therapist,
            room=rooms[ask.room] if ask.room else None,
            starts=[datetime.fromisoformat(each) for each in ask.starts.split()],
            contact=lifecycle.Contact(name="Sam Sample", email="sam@example.test"),
            user=None,
            request_key=uuid.UUID(ask.request_key),
        )[0].pk
    assert ask.appointment
    appointment = Appointment.objects.get(pk=ask.appointment)
    if ask.seen_with:
        appointment.therapist_id = ask.seen_with
    if ask.act == "undo":
        return lifecycle.undo(appointment=appointment, user=None).pk
    if ask.act == "confirm":
        return lifecycle.confirm(appointment=appointment, user=None).pk
    if ask.act in {"take", "turn down"}:
        proposal = proposals.about(appointment)
        assert proposal
        if ask.act == "turn down":
            return proposals.turn_down(proposal=proposal).appointment_id
        assert start
        assert therapist
        return proposals.take(proposal=proposal, time=proposals.Time(start, therapist)).pk
    if ask.act == "desk cancels":
        return lifecycle.cancel(appointment=appointment, actor=Actor.DESK, version=ask.version).pk
    assert start
    if ask.act == "desk moves":
        assert therapist
        return absences.look_after(
            visit=appointment,
            choice=absences.Choice.MOVE,
            user=None,
            version=ask.version,
            to=proposals.Time(start, therapist),
        ).pk
    if ask.act == "patient moves":
        return lifecycle.move_as_patient(
            appointment=appointment, start=start, therapist=therapist, version=appointment.version
        ).pk
    assert ask.act == "move"
    return lifecycle.move(
        appointment=appointment,
        start=start,
        therapist=therapist,
        room=rooms[ask.room] if ask.room else None,
        actor=Actor.DESK,
    ).pk


if __name__ == "__main__":
    main()
