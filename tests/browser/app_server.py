"""The real app as its own process: started on a free loopback port with a store of its own, stopped by its id."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class App:
    """A running app: where it answers, and what it has written."""

    url: str
    log: Path
    pid: int

    def get(self, path: str) -> Any:
        """The JSON answer of a route."""
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def read(self, path: str) -> bytes:
        """The bytes of a route."""
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return answer.read()

    def post(self, path: str, body: object) -> tuple[int, Any]:
        """Status and JSON answer of a POST."""
        return self.send(path, json.dumps(body).encode(), "application/json")

    def send(self, path: str, body: bytes, kind: str) -> tuple[int, Any]:
        """Status and JSON answer of a POST of bytes of media type `kind`."""
        request = urllib.request.Request(self.url + path, body, {"Content-Type": kind}, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_app(
    folder: Path,
    *,
    city: str | None = None,
    port: int | None = None,
    wait_s: float = 120,
    url: str | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[App]:
    """Start the app with its store (or the one at `url`), its log in `folder`, and further environment `settings`.

    It is stopped, and its port free, when the block ends.
    """
    port = port or free_port()
    log = folder / "app.log"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("XUNJIE_", "STREAMLIT_"))}
    environment["XUNJIE_DATABASE_URL"] = url or f"sqlite:///{folder / 'store.db'}"
    if city is not None:
        environment["XUNJIE_CITY"] = city
    environment["PYTHONFAULTHANDLER"] = "1"  # a crash or an abort says where each thread stood
    environment |= settings or {}
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port), "--server.headless", "true"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        app = App(f"http://127.0.0.1:{port}", log, process.pid)
        wait_until_ready(app, process, wait_s)
        yield app
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # it says where its threads stand
            process.wait(15)
            raise AssertionError(f"the app did not stop within 15 s of SIGTERM:\n{tail(log, 400)}") from None


def wait_until_ready(app: App, process: subprocess.Popen[bytes], wait_s: float) -> None:
    """Wait for a 200 of /healthz; AssertionError with the end of the log when it does not come."""
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the app ended by itself ({process.returncode}):\n{tail(app.log)}"
        try:
            app.read("/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"/healthz did not answer 200 within {wait_s:.0f} s:\n{tail(app.log)}")


def tail(log: Path, lines: int = 30) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
