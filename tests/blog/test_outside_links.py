"""Links to other sites: asked when an editor asks, never of a machine inside, and never for long."""

import http.server
import socket
import threading
import time
from collections.abc import Iterator, Sequence

import pytest

from blog import outside_links
from blog.outside_links import NotAskedError, problem, public_address

INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd12::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_asked(address: str) -> None:
    with pytest.raises(NotAskedError, match="public internet"):
        public_address("https://example.com/", resolve=lambda _host, _port: [address])


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_address_outside_is_asked(address: str) -> None:
    found = public_address("https://example.com/x", resolve=lambda _host, _port: [address])

    assert found == ("https", "example.com", 443, address)


def test_a_name_with_one_address_inside_is_not_asked() -> None:
    with pytest.raises(NotAskedError):
        public_address("http://a.example/", resolve=lambda _host, _port: ["93.184.215.14", "10.0.0.1"])


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com/",
        "http://example.com:5432/",
        "http://example.com:99999/",
        "https://user:secret@example.com/",
        "http:///x",
        "http://[::1",
        "javascript:alert(1)",
        "//example.com",
        "",
    ],
)
def test_what_is_no_plain_address_of_a_website_is_not_asked(url: str) -> None:
    with pytest.raises(NotAskedError):
        public_address(url, resolve=lambda _host, _port: ["93.184.215.14"])


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/"]
)
def test_this_machine_is_not_asked_however_it_is_written(url: str) -> None:
    assert problem(url) in {"This is no address of the public internet.", "There is no site of this name."}


class _Site(http.server.BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/slow":
            time.sleep(3)
        status = {"/gone": 404, "/broken": 503, "/away": 302, "/inside": 302, "/round": 302}.get(
            self.path, 200
        )
        self.send_response(status)
        if status == 302:
            self.send_header(
                "Location",
                {"/away": "/there", "/inside": "http://169.254.169.254/latest/", "/round": "/round"}[
                    self.path
                ],
            )
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A site on this machine that passes for a public one; everything else stays inside."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _Site.asked = []
    port = server.server_port
    monkeypatch.setattr(outside_links, "_PORTS", {"http": port})
    monkeypatch.setattr(outside_links, "_is_public", lambda address: str(address) == "127.0.0.1")
    yield f"http://site.example:{port}"
    server.shutdown()
    server.server_close()


def here(host: str, _port: int) -> Sequence[str]:
    """The address of the site; an address is its own."""
    return ["127.0.0.1"] if host == "site.example" else [host]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", ""),
        ("/away", ""),
        ("/gone", "not there"),
        ("/broken", "an error (503)"),
        ("/round", "without an end"),
        ("/inside", "names a port of its own|public internet"),
    ],
)
def test_what_a_site_answers_is_told(site: str, path: str, words: str) -> None:
    found = problem(site + path, resolve=here)

    assert any(part in found for part in words.split("|")) if words else found == ""


def test_a_redirect_to_the_inside_is_not_followed(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[object] = []
    connect = socket.create_connection

    def call(at: tuple[str, int], timeout: float) -> socket.socket:
        called.append(at)
        return connect(at, timeout)

    monkeypatch.setattr(socket, "create_connection", call)
    problem(f"{site}/inside", resolve=here)

    assert called == [("127.0.0.1", int(site.rpartition(":")[2]))]


def test_a_site_that_is_slow_is_given_up(site: str) -> None:
    started = time.monotonic()

    assert problem(f"{site}/slow", resolve=here, seconds=0.3) == "It did not answer in time."
    assert time.monotonic() - started < 2


def test_a_name_is_looked_up_once_and_that_address_is_called(site: str) -> None:
    answers = iter([["127.0.0.1"]])  # a second look-up would end the test

    assert problem(site, resolve=lambda _host, _port: next(answers)) == ""
    assert _Site.asked == ["/"]


def test_no_more_links_are_asked_than_fit(site: str) -> None:
    urls = [f"{site}/{number}" for number in range(25)]
    found = outside_links.problems(urls, resolve=here)

    assert len(_Site.asked) == outside_links.MOST_LINKS
    assert set(found) == set(urls[outside_links.MOST_LINKS :])
