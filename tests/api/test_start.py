"""Starting and stopping the real program: one sentence when it may not start, a quick end when streams are open."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from api.lifespan import GRACE_S

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def started(
    folder: Path, city: Path, port: int, *, address: str = "127.0.0.1", **changes: str
) -> subprocess.Popen[str]:
    """`streamlit run` as `make run` calls it."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("XUNJIE_", "STREAMLIT_"))}
    environment |= {"XUNJIE_DATABASE_URL": f"sqlite:///{folder / 'store.db'}", "XUNJIE_CITY": str(city), **changes}
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
    command += ["--logger.hideWelcomeMessage", "true"]  # with it Streamlit asks nobody for its outside address
    command += ["--server.address", address, "--server.port", str(port)]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


@pytest.fixture
def port() -> int:
    """A free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(process: subprocess.Popen[str], port: int) -> None:
    """Wait, a minute at most, until the program answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the program did not answer within a minute")


def refusal(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and stderr of a program that should end by itself."""
    try:
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, errors.strip()


@pytest.mark.parametrize(
    ("address", "changes", "expected"),
    [
        ("0.0.0.0", {}, "127.0.0.1"),
        ("127.0.0.1", {"XUNJIE_CITY": "/nonexistent"}, "XUNJIE_CITY"),
        ("127.0.0.1", {"XUNJIE_DATABASE_URL": "sqlite:////proc/nowhere/store.db"}, "store"),
    ],
)
def test_a_program_that_may_not_start_says_why_in_one_sentence(
    tmp_path: Path, bare_city: Path, port: int, address: str, changes: dict[str, str], expected: str
) -> None:
    code, errors = refusal(started(tmp_path, bare_city, port, address=address, **changes))
    assert code == 2
    assert errors.startswith("Xunjie: ")
    assert len(errors.splitlines()) == 1
    assert expected in errors
    assert "Traceback" not in errors


def test_tiles_in_a_datum_that_the_city_may_not_use_are_refused_in_one_sentence(tmp_path: Path, port: int) -> None:
    changes = {"XUNJIE_TILES_URL": "/tiles/{z}/{x}/{y}.png", "XUNJIE_TILES_DATUM": "gcj02"}
    code, errors = refusal(started(tmp_path, chicago_without_demo(tmp_path / "chicago"), port, **changes))
    assert code == 2
    assert errors.startswith("Xunjie: XUNJIE_TILES_DATUM is 'gcj02'; expected ")
    assert len(errors.splitlines()) == 1


def chicago_without_demo(folder: Path) -> Path:
    """A city outside mainland China, whose store opens at once."""
    shutil.copytree(ROOT / "data" / "cities" / "chicago", folder)
    text = (folder / "city.toml").read_text(encoding="utf-8")
    (folder / "city.toml").write_text(re.sub(r"\[demo\]\nloader = .*\n", "", text), encoding="utf-8")
    return folder


def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path, bare_city: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        code, errors = refusal(started(tmp_path, bare_city, other.getsockname()[1]))
    assert code == 1
    assert len(errors.splitlines()) == 1
    assert "not available" in errors


def test_answers_on_a_kept_connection_do_not_wait_for_acknowledgements(
    tmp_path: Path, bare_city: Path, port: int
) -> None:
    process = started(tmp_path, bare_city, port)
    try:
        wait_until_healthy(process, port)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        seconds = []
        for _ in range(21):
            began = time.perf_counter()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            seconds.append(time.perf_counter() - began)
        connection.close()
    finally:
        process.kill()
        process.communicate()
    assert statistics.median(seconds) < 0.035, "a delayed acknowledgement takes 40 ms"


def test_an_open_stream_does_not_hold_the_end_up(tmp_path: Path, bare_city: Path, port: int) -> None:
    process = started(tmp_path, bare_city, port)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_healthy(process, port)
        with urllib.request.urlopen(f"{url}/api/stream", timeout=10) as stream:
            assert stream.readline() == b"retry: 2000\n"
            page = urllib.request.urlopen(f"{url}/explore?lang=en", timeout=10).read().decode()
            assert '<html lang="en"' in page
            assert "BACKEND_BASE_URL:location.origin" in page
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(10)
            assert time.monotonic() - began < 5
    finally:
        process.kill()
        _, errors = process.communicate()
    assert "Traceback" not in errors


def test_a_client_that_never_finishes_holds_the_end_up_for_seconds_only(
    tmp_path: Path, bare_city: Path, port: int
) -> None:
    """Half a request, and connections that are opened while it stops and ask for nothing, as browsers hold in store."""
    process = started(tmp_path, bare_city, port)
    held: list[socket.socket] = []
    try:
        wait_until_healthy(process, port)
        held.append(socket.create_connection(("127.0.0.1", port), 5))
        kind = b"Content-Type: application/json\r\nContent-Length: 100"
        held[0].sendall(b"POST /api/issues HTTP/1.1\r\nHost: 127.0.0.1\r\n" + kind + b"\r\n\r\n{")
        time.sleep(0.5)  # the server reads it, and waits for the rest
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(OSError):  # refused, once it listens no longer
            while True:
                held.append(socket.create_connection(("127.0.0.1", port), 5))
        process.wait(GRACE_S + 7)
        assert not (tmp_path / "store.db-wal").exists(), "the store was not closed"
    finally:
        process.kill()
        process.communicate()
        for connection in held:
            connection.close()
