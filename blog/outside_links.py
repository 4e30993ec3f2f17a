"""Whether links to other sites answer. Only asked when an editor asks, and never of a machine of the clinic's own.

A link is whatever an editor typed, so it must not become a way into the clinic's network: only http and https on their
own ports, only addresses that belong to the public internet. What a name leads to is looked up once, and that address
is the one that is called, so that a name cannot mean another machine a moment later. Each redirect is looked at anew.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from urllib.parse import urljoin, urlsplit

#: At most so many links, seconds for one, seconds for all, and redirects of one.
MOST_LINKS = 20
_SECONDS_EACH = 5.0
_SECONDS_ALL = 20.0
_MOST_REDIRECTS = 3

_PORTS = {"http": 80, "https": 443}

Resolve = Callable[[str, int], Sequence[str]]


class NotAskedError(Exception):
    """The link is not asked; the message says why."""


def _resolve(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def public_address(url: str, *, resolve: Resolve = _resolve) -> tuple[str, str, int, str]:
    """Scheme, host, port and the public address of a link; NotAskedError when it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise NotAskedError("This is no address.") from error
    if parts.scheme not in _PORTS or not host:
        raise NotAskedError("This is no address of a website.")
    if parts.username or parts.password:
        raise NotAskedError("The address has a name or a password in it.")
    if port not in {None, _PORTS[parts.scheme]}:
        raise NotAskedError("The address names a port of its own.")
    port = _PORTS[parts.scheme]
    try:
        found = [ipaddress.ip_address(one.partition("%")[0]) for one in resolve(host, port)]
    except (OSError, ValueError, UnicodeError) as error:
        raise NotAskedError("There is no site of this name.") from error
    if not found:
        raise NotAskedError("There is no site of this name.")
    if not all(_is_public(one) for one in found):
        raise NotAskedError("This is no address of the public internet.")
    return parts.scheme, host, port, str(found[0])


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever its host's name leads to by now."""

    def __init__(self, *, scheme: str, host: str, port: int, address: str, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address = address
        self._tls = ssl.create_default_context() if scheme == "https" else None

    def connect(self) -> None:
        """Call the address; the name is what its certificate must say."""
        sock = socket.create_connection((self._address, self.port), self.timeout)
        try:
            self.sock = self._tls.wrap_socket(sock, server_hostname=self.host) if self._tls else sock
        except BaseException:
            sock.close()
            raise


def problem(url: str, *, resolve: Resolve = _resolve, seconds: float = _SECONDS_EACH) -> str:
    """What is wrong with a link to another site; "" when it answers. Nothing of the answer is read."""
    until = time.monotonic() + seconds
    for _ in range(_MOST_REDIRECTS + 1):
        left = until - time.monotonic()
        if left <= 0:
            return "It did not answer in time."
        try:
            status, location = _ask(url, resolve=resolve, seconds=left)
        except NotAskedError as refusal:
            return str(refusal)
        except ssl.SSLError:
            return "Its certificate is not valid."
        except TimeoutError:
            return "It did not answer in time."
        except (OSError, http.client.HTTPException, UnicodeError, ValueError):
            return "It did not answer."
        if status in {301, 302, 303, 307, 308} and location:
            url = urljoin(url, location)
            continue
        if status in {404, 410}:
            return "The other site says that this page is not there."
        return f"The other site answers with an error ({status})." if status >= 500 else ""
    return "It leads from one address to the next without an end."


def _ask(url: str, *, resolve: Resolve, seconds: float) -> tuple[int, str]:
    """Status and Location of the answer."""
    scheme, host, port, address = public_address(url, resolve=resolve)
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    connection = _Pinned(scheme=scheme, host=host, port=port, address=address, timeout=seconds)
    try:
        connection.request(
            "GET", path, headers={"User-Agent": "FlexClinic link check", "Connection": "close"}
        )
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location", "")
    finally:
        connection.close()


def problems(urls: Sequence[str], *, resolve: Resolve = _resolve) -> dict[str, str]:
    """What is wrong with links to other sites, by address; those that answer are left out. At most 20 seconds."""
    until = time.monotonic() + _SECONDS_ALL
    found = {}
    for number, url in enumerate(dict.fromkeys(urls)):
        left = until - time.monotonic()
        if number >= MOST_LINKS or left <= 0:
            found[url] = "Not asked: there are too many links for one time."
            continue
        if words := problem(url, resolve=resolve, seconds=min(_SECONDS_EACH, left)):
            found[url] = words
    return found
