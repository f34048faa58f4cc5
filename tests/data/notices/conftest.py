"""A small life of issues for notices, webhooks that listen on this machine, and a clock that tests set."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest

from data.runtime import Runtime
from tests.data.test_runtime import draft


@dataclass
class Clock:
    """Wall time in microseconds, as a test sets it."""

    us: int = 1_700_000_000_000_000

    def __call__(self) -> int:
        return self.us

    def pass_s(self, seconds: float) -> None:
        self.us += int(seconds * 1_000_000)


@dataclass
class Receiver:
    """A local server that keeps what it is sent, and answers as `answer` says."""

    url: str = ""
    answer: Callable[[dict[str, Any]], tuple[int, dict[str, str]]] = lambda _: (204, {})
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [orjson.loads(body) for _, body in self.got]

    @property
    def seqs(self) -> list[int]:
        return [body["seq"] for body in self.bodies]


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver on a free port of 127.0.0.1, for as long as the block lasts."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.asked.append(self.path)
            status, headers = receiver.answer(orjson.loads(body))
            if 200 <= status < 300:
                receiver.got.append(({key.lower(): value for key, value in self.headers.items()}, body))
            if status:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

        def do_GET(self) -> None:
            receiver.asked.append("GET " + self.path)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


def report(live: Runtime, *, actor: str = "a-1", **changes: object) -> str:
    """A new issue; its UUID."""
    return live.submit([draft(**changes)], actor=actor)[0].id


def fresh() -> str:
    return str(uuid.uuid4())
