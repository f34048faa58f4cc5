"""One POST to an address that an administrator named: to it and nowhere else, in bounded time, signed."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from geo.errors import BadValueError

CONNECT_S: Final = 5.0
ANSWER_S: Final = 10.0
_MOST_URL: Final = 500
_MOST_HEAD_BYTES: Final = 16_384
_EXPECTED: Final = "an address such as https://receiver.example/path, without user or password"
_IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_METADATA: Final = frozenset(
    ipaddress.ip_address(text) for text in ("169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254")
)
"""Where clouds hand out credentials to whoever asks from inside."""

_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")


class PostingError(Exception):
    """Why nothing was delivered, in few words: no byte of what the receiver said is in it."""


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str
    netloc: str


def checked_url(url: str) -> str:
    """`url`, if it can be posted to. Raises BadValueError; a name is looked up only when something is sent."""
    target = _target(url)
    try:
        address = ipaddress.ip_address(target.host)
    except ValueError:
        return url
    if is_refused(address):
        raise BadValueError("url", url, "no link-local, metadata, multicast or unspecified address")
    return url


def is_refused(address: _IpAddress) -> bool:
    """Whether nothing is ever sent to `address`: link-local, metadata of clouds, multicast, unspecified, reserved; also
    where an IPv4 address is wrapped in an IPv6 one. This machine and private networks are what an intranet is."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_refused(inner)
        if address.teredo is not None or (int(address) >> 32 == 0 and int(address) > 1):
            return True
    return (
        address in _METADATA
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or (address.is_reserved and not address.is_loopback)
    )


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`v1=` and the HMAC-SHA256 (hex) of timestamp, a full stop, and the body, under the webhook's secret."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """POST `body`; returns where the receiver answers 2xx. Redirects are answers like any other, proxies of the
    environment are not asked, and the name is looked up once: the address that was checked is the one connected to.
    Raises PostingError."""
    target = _target(url)
    deadline = time.monotonic() + CONNECT_S + ANSWER_S
    try:
        with _connected(target, deadline) as connection:
            lines = [f"POST {target.path} HTTP/1.1", f"Host: {target.netloc}", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", "User-Agent: Xunjie", "", ""]
            connection.settimeout(_left(deadline))
            connection.sendall("\r\n".join(lines).encode("ascii") + body)
            status = _status(connection, deadline)
    except PostingError:
        raise
    except TimeoutError:
        raise PostingError("no answer in time") from None
    except ssl.SSLError as error:
        raise PostingError(f"TLS: {error.reason or 'failed'}"[:200]) from None
    except (OSError, UnicodeError, ValueError) as error:
        said = getattr(error, "strerror", None) or type(error).__name__
        raise PostingError(f"cannot be reached: {said}"[:200]) from None
    if not 200 <= status < 300:
        why = "a redirect, which is not followed" if 300 <= status < 400 else "not 2xx"
        raise PostingError(f"answered {status}: {why}")


def _target(url: str) -> _Target:
    sound = isinstance(url, str) and len(url) <= _MOST_URL and url.isascii() and url.isprintable() and " " not in url
    try:
        parts = urlsplit(url if sound else "")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadValueError("url", url, _EXPECTED) from None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or parts.fragment or "\\" in url:
        raise BadValueError("url", url, _EXPECTED)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path, parts.netloc)


def _connected(target: _Target, deadline: float) -> socket.socket:
    """A connection to the first address of the host that answers; refused where any address of it is."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [(family, place) for family, _, _, _, place in found]
    for _, place in addresses:
        if is_refused(ipaddress.ip_address(str(place[0]).partition("%")[0])):
            raise PostingError("its name leads to an address to which nothing is sent")
    failure: OSError | None = None
    for family, place in addresses:
        plain = socket.socket(family, socket.SOCK_STREAM)
        try:
            plain.settimeout(min(CONNECT_S, _left(deadline)))
            plain.connect(place)
            if target.scheme == "http":
                return plain
            return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
        except ssl.SSLError:
            plain.close()
            raise
        except OSError as error:
            plain.close()
            failure = error
    raise failure or OSError("no address")


def _status(connection: socket.socket, deadline: float) -> int:
    """The status of the answer; what follows its head is not read."""
    kept = b""
    while True:
        while b"\r\n\r\n" not in kept:
            if len(kept) > _MOST_HEAD_BYTES:
                raise PostingError("its answer has no end of its head")
            connection.settimeout(_left(deadline))
            more = connection.recv(4_096)
            if not more:
                break
            kept += more
        first, _, _ = kept.partition(b"\r\n")
        words = first.split(b" ", 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not (words[1].isdigit() and len(words[1]) == 3):
            raise PostingError("what answers is no HTTP/1 server" if kept else "closed without an answer")
        status = int(words[1])
        if status >= 200:
            return status
        _, end, kept = kept.partition(b"\r\n\r\n")  # 100, 103: the answer itself is still to come
        if not end:
            raise PostingError("closed without an answer")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
