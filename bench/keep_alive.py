"""A small HTTP client that costs little: one keep-alive connection, one request at a time; and server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

_LIMIT = 2**24


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came: header names in lower case, the body as it was sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def size(self) -> int:
        """Bytes of the body as sent."""
        return len(self.body)


class KeepAlive:
    """One connection to 127.0.0.1:`port`, opened at the first request and again where the server has closed it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._wire: _Wire | None = None
        self._lock = asyncio.Lock()

    async def get(self, path: str, headers: Mapping[str, str]) -> Reply:
        """The answer to a GET. OSError or IncompleteReadError where the connection breaks."""
        return await self._ask(head("GET", path, self.port, headers))

    async def post(self, path: str, body: bytes) -> Reply:
        """The answer to a POST of JSON."""
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        return await self._ask(head("POST", path, self.port, headers) + body)

    def close(self) -> None:
        """Let go of the connection."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    async def _ask(self, request: bytes) -> Reply:
        """Where the server has let go of an idle connection meanwhile, once more on another, as browsers do."""
        async with self._lock:
            used = self._wire is not None
            try:
                return await self._answered(request)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if not used:
                    raise
                return await self._answered(request)

    async def _answered(self, request: bytes) -> Reply:
        if self._wire is None or self._wire.lost:
            loop = asyncio.get_running_loop()
            _, self._wire = await loop.create_connection(_Wire, "127.0.0.1", self.port)
        reply = await self._wire.ask(request)
        if reply.headers.get("connection") == "close":
            self.close()
        return reply


class _Wire(asyncio.Protocol):
    """One connection, read without a task or a copy of its own: this client must not be what a bench measures."""

    def __init__(self) -> None:
        self.lost = False
        self._transport: asyncio.Transport | None = None
        self._got = bytearray()
        self._reply: asyncio.Future[Reply] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand the answer over when it is complete."""
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0 or self._reply is None or self._reply.done():
            return
        status, headers = _told(bytes(self._got[:end]))
        after = end + 4 + (0 if status == 304 else int(headers.get("content-length", "0")))
        if len(self._got) >= after:
            self._reply.set_result(Reply(status, headers, bytes(self._got[end + 4 : after])))
            del self._got[:after]

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits has nothing to wait for."""
        self.lost = True
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(exc or asyncio.IncompleteReadError(bytes(self._got), None))

    async def ask(self, request: bytes) -> Reply:
        """Write, and wait for the answer."""
        assert self._transport is not None
        self._reply = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._reply

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


async def events_of(port: int, path: str) -> AsyncIterator[tuple[str, bytes]]:
    """Each event of a stream as (name, data), until the server ends it. ValueError for another status than 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_LIMIT)
    try:
        writer.write(head("GET", path, port, {"Accept": "text/event-stream"}))
        status, _ = _told((await reader.readuntil(b"\r\n\r\n")).rstrip())
        if status != 200:
            raise ValueError(f"{path}: {status}")
        name, data = "", b""
        while line := await reader.readline():
            key, _, value = line.rstrip(b"\r\n").partition(b": ")
            if key == b"event":
                name = value.decode()
            elif key == b"data":
                data = value
            elif not key and name:
                yield name, data
                name, data = "", b""
    finally:
        writer.close()


def head(method: str, path: str, port: int, headers: Mapping[str, str]) -> bytes:
    """A request's first lines."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _told(lines: bytes) -> tuple[int, dict[str, str]]:
    first, *fields = lines.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in fields)
    return int(first.split(" ", 2)[1]), {name.lower(): value.strip() for name, _, value in pairs}
