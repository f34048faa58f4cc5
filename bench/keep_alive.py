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
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
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
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, request: bytes) -> Reply:
        """Where the server has let go of an idle connection meanwhile, once more on another, as browsers do."""
        async with self._lock:
            used = self._streams is not None
            try:
                return await self._answered(request)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if not used:
                    raise
                return await self._answered(request)

    async def _answered(self, request: bytes) -> Reply:
        if self._streams is None or self._streams[0].at_eof():
            self._streams = await asyncio.open_connection("127.0.0.1", self.port, limit=_LIMIT)
        reader, writer = self._streams
        writer.write(request)
        status, headers = await _head(reader)
        length = int(headers.get("content-length", "0"))
        body = await reader.readexactly(length) if length and status != 304 else b""
        if headers.get("connection") == "close":
            self.close()
        return Reply(status, headers, body)


async def events_of(port: int, path: str) -> AsyncIterator[tuple[str, bytes]]:
    """Each event of a stream as (name, data), until the server ends it. ValueError for another status than 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_LIMIT)
    try:
        writer.write(head("GET", path, port, {"Accept": "text/event-stream"}))
        status, _ = await _head(reader)
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


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split(" ", 2)[1]), {name.lower(): value.strip() for name, _, value in pairs}
