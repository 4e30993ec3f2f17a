"""Many browsers at once that post forms to the clinic's web server.

`post_all` starts them as a few processes of `python -m tests.races.browsers`, each with several connections that are
kept open. Every browser opens one page first, as people do, and takes the cookie and the token for its forms from it;
then all begin at the same moment, and each sends its forms one after the other.
"""

import http.client
import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from http.cookies import SimpleCookie
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from flexclinic.processes import PROJECT

PATIENCE = 120  # seconds for one answer
AGAIN = 3  # times: a connection that the server has closed meanwhile carries no form


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is sent to one address. Where a text is in `kept`, the answer is looked through for it."""

    path: str
    fields: dict[str, str]
    kept: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """The forms that one person sends, after opening a page. `cookies` are those that the browser has already."""

    opens: str
    forms: list[Form]
    cookies: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: where it leads (`location`), how many other times it offers, and whether `kept` was in it."""

    form: Form
    status: int
    location: str
    offered: int
    kept: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Replies:
    """All answers, and how long it took altogether."""

    all: list[Reply]
    seconds: float

    @property
    def statuses(self) -> Counter[int]:
        """How often each status was answered."""
        return Counter(reply.status for reply in self.all)

    def of(self, status: int) -> list[Reply]:
        """The answers with that status."""
        return [reply for reply in self.all if reply.status == status]

    def wait(self, part: float) -> float:
        """The seconds within which that part of all forms was answered: 0.5 gives the median."""
        waits = sorted(reply.seconds for reply in self.all)
        return waits[min(len(waits) - 1, int(len(waits) * part))]

    def __str__(self) -> str:
        found = ", ".join(f"{count} × {status}" for status, count in sorted(self.statuses.items()))
        return (
            f"{len(self.all)} forms in {self.seconds:.1f} s ({len(self.all) / self.seconds:.0f} a second): {found};"
            f" median {self.wait(0.5) * 1000:.0f} ms, 99th percentile {self.wait(0.99) * 1000:.0f} ms,"
            f" longest {self.wait(1) * 1000:.0f} ms"
        )


def post_all(
    browsers: Sequence[Browser], *, port: int, processes: int = 2, together: bool = False
) -> Replies:
    """Let the browsers send their forms and give what each was answered.

    With `together`, the browsers of a process, who have equally many forms, send each of them at the same moment.
    """
    with ExitStack() as stack:
        started = []
        for number in range(min(processes, len(browsers))):
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.races.browsers"],
                    cwd=PROJECT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            plan = {
                "port": port,
                "together": together,
                "browsers": [asdict(browser) for browser in browsers[number::processes]],
            }
            assert process.stdin
            process.stdin.write(json.dumps(plan) + "\n")
            process.stdin.flush()
            started.append(process)
        for process in started:
            assert process.stdout
            line = process.stdout.readline()
            assert line == "ready\n", f"a browser did not start: {line}"
        begun = time.perf_counter()
        for process in started:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [json.loads(process.communicate(timeout=900)[0]) for process in started]
        seconds = time.perf_counter() - begun
    wrong = [problem for part in said for problem in part["wrong"]]
    assert not wrong, wrong
    replies = [
        Reply(**{**reply, "form": Form(**reply["form"])}) for part in said for reply in part["replies"]
    ]
    assert len(replies) == sum(len(browser.forms) for browser in browsers)
    return Replies(replies, seconds)


# What runs in each process


def main() -> None:
    """Read the plan, open the first pages, say so, wait for the start, send, and print what was answered."""
    plan = json.loads(sys.stdin.readline())
    browsers = plan["browsers"]
    replies: list[list[dict[str, Any]]] = [[] for _ in browsers]
    wrong: list[str] = []
    here = threading.Barrier(len(browsers) + 1)
    each = threading.Barrier(len(browsers) if plan["together"] else 1)
    start = threading.Event()

    def run(number: int) -> None:
        window = _Window(plan["port"], browsers[number]["cookies"])
        try:
            window.open(browsers[number]["opens"])
            here.wait(PATIENCE)
            start.wait()
            for form in browsers[number]["forms"]:
                each.wait(PATIENCE)
                replies[number].append({"form": form, **window.send(form)})
        except Exception as error:  # told to the test, which runs elsewhere
            wrong.append(f"{type(error).__name__}: {error}")
            here.abort()
            each.abort()
        finally:
            window.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(browsers))]
    for thread in threads:
        thread.start()
    try:
        here.wait(PATIENCE)
    except threading.BrokenBarrierError:
        print("broken", wrong, flush=True)
        return
    print("ready", flush=True)
    sys.stdin.readline()
    start.set()
    for thread in threads:
        thread.join()
    print(json.dumps({"replies": [*chain.from_iterable(replies)], "wrong": wrong}))


class _Window:
    """One connection, kept open, with the cookies and the token that it was given."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._cookies = dict(cookies)
        self._token = ""

    def open(self, path: str) -> None:
        """Read a page that has a form."""
        status, headers, body = self._ask("GET", path, "", {"Cookie": self._cookie()})
        assert status == 200, f"{path} was answered with {status}"
        for text in headers.get_all("Set-Cookie", []):
            self._cookies.update({name: morsel.value for name, morsel in SimpleCookie(text).items()})
        found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', body)
        assert found, f"{path} has no form"
        self._token = found[1].decode()

    def send(self, form: dict[str, Any]) -> dict[str, Any]:
        """Post a form, and say how it was answered."""
        body = urlencode({"csrfmiddlewaretoken": self._token, **form["fields"]})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": self._cookie(),
            **form["headers"],
        }
        begun = time.perf_counter()
        status, answered, page = self._ask("POST", form["path"], body, headers)
        return {
            "seconds": time.perf_counter() - begun,
            "status": status,
            "location": answered.get("Location", ""),
            "offered": page.count(b'formaction="/book/'),
            "kept": bool(form["kept"]) and f'value="{form["kept"]}"'.encode() in page,
        }

    def close(self) -> None:
        self._connection.close()

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def _ask(
        self, method: str, path: str, body: str, headers: dict[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Ask, again on a new connection where the server has closed this one: it does so with an idle one."""
        for _ in range(AGAIN):
            try:
                self._connection.request(method, path, body, headers)
                answer = self._connection.getresponse()
                return answer.status, answer.headers, answer.read()
            except (ConnectionError, http.client.RemoteDisconnected):
                self._connection.close()
        raise AssertionError(f"{path} was not answered")


if __name__ == "__main__":
    main()
