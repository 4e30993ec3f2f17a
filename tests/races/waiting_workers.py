"""Workers that offer freed times at the same moment, and people who answer, each with a connection of its own.

`workers` starts them as processes of `python -m tests.races.waiting_workers`, lets all of them connect, and then go.
"""

import json
import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


def at_once(
    *,
    processes: int,
    threads: int,
    database: str,
    now: datetime,
    acts: list[dict[str, Any]] | None = None,
    lock: bool = True,
) -> list[str]:
    """Let `processes` times `threads` workers offer what is free, or do `acts` instead, all from the same moment on.

    Gives what each said: the number of its offers, or what an act came to. Without `lock` nobody waits for the others:
    the control that shows what the lock is for.
    """
    lists = (
        [acts or [{"do": "offer"}] * threads] * processes
        if acts is None
        else [acts[n::processes] for n in range(processes)]
    )
    with ExitStack() as stack:
        started = []
        for todo in lists:
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.races.waiting_workers"],
                    cwd=PROJECT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            assert process.stdin
            plan = {"database": database, "now": now.isoformat(), "acts": todo, "lock": lock}
            process.stdin.write(json.dumps(plan) + "\n")
            process.stdin.flush()
            started.append(process)
        for process in started:
            assert process.stdout
            assert process.stdout.readline() == "ready\n", "a worker did not start"
        for process in started:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        return [said for process in started for said in json.loads(process.communicate(timeout=300)[0])]


# What runs in each process


def main() -> None:
    """Read the plan, connect, say so, wait for the start, act, and print what was answered."""
    plan = json.loads(sys.stdin.readline())
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

    import django
    import time_machine

    django.setup()
    from django.db import connections

    from booking import offering

    connections.settings["default"]["NAME"] = plan["database"]
    if not plan["lock"]:
        offering._lock_offering = lambda: None
    said = [""] * len(plan["acts"])
    here = threading.Barrier(len(said) + 1)
    start = threading.Event()

    def run(number: int, act: dict[str, Any]) -> None:
        from django.db import connection

        connection.ensure_connection()
        here.wait()
        start.wait()
        try:
            said[number] = _act(act)
        except Exception as error:  # for the test to see
            said[number] = f"{type(error).__name__}"
        connection.close()

    with time_machine.travel(datetime.fromisoformat(plan["now"]), tick=True):
        threads = [threading.Thread(target=run, args=entry) for entry in enumerate(plan["acts"])]
        for thread in threads:
            thread.start()
        here.wait()
        print("ready", flush=True)
        sys.stdin.readline()
        start.set()
        for thread in threads:
            thread.join()
    print(json.dumps(said))


def _act(act: dict[str, Any]) -> str:
    from booking import offering, waitlist
    from booking.enums import Actor
    from booking.models import Offer

    if act["do"] == "offer":
        return str(len(offering.offer_freed()))
    offer = Offer.objects.select_related("place").get(pk=act["offer"])
    match act["do"]:
        case "accept":
            waitlist.accept(offer=offer)
        case "expire":
            return "expired" if waitlist.expire(offer=offer) else "nothing"
        case "withdraw":
            waitlist.pass_on(offer=offer, actor=Actor.DESK)
        case "leave":
            waitlist.leave(place=offer.place)
    return str(act["do"])


if __name__ == "__main__":
    main()
