"""The proxy guide, tried: nginx with the very configuration of docs/intranet.md in front of the real program."""

from __future__ import annotations

import io
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from unittest import mock

import httpx
import pytest

from data.commands.cli import main
from tests.browser.app_server import ROOT, free_port, running_app

pytestmark = pytest.mark.slow

PASSWORD: Final = "a horse, a kingdom"
NAME: Final = "xunjie.example"
NGINX: Final = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of our own for NAME, with its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    command += ["-addext", f"subjectAltName=DNS:{NAME}", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


def administrator(folder: Path) -> None:
    """The first one, made as the guide says: before the program starts."""
    environ = {"XUNJIE_DATABASE_URL": f"sqlite:///{folder / 'store.db'}"}
    with mock.patch("sys.stdin", io.StringIO(PASSWORD + "\n")):
        assert main(["account", "add-administrator", "chief"], environ) == 0


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on port {port}")


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of nginx in front of a running program."""
    if NGINX is None or shutil.which("openssl") is None:
        pytest.skip("nginx or openssl is not installed")
    folder = tmp_path_factory.mktemp("nginx")
    cert, key = certificate(folder)
    administrator(folder)
    port = free_port()
    settings = {"XUNJIE_LOGIN": "local", "XUNJIE_HOSTS": NAME, "XUNJIE_PROXIES": "127.0.0.1"}
    with running_app(folder, settings=settings) as app:
        guide = (ROOT / "docs" / "intranet.md").read_text(encoding="utf-8")
        [server] = re.findall(r"```nginx\n(.*?)```", guide, re.DOTALL)
        for told, here in (
            ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
            ("/etc/xunjie/cert.pem", str(cert)),
            ("/etc/xunjie/key.pem", str(key)),
            ("http://127.0.0.1:8501", app.url),
        ):
            assert told in server
            server = server.replace(told, here)
        places = "".join(
            f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        config = folder / "nginx.conf"
        config.write_text(
            f"daemon off; pid {folder / 'pid'}; error_log {folder / 'error.log'}; events {{}}\n"
            f"http {{ access_log off; {places}\n{server}}}\n",
            encoding="utf-8",
        )
        process = subprocess.Popen(
            [NGINX, "-p", str(folder), "-c", str(config), "-e", str(folder / "error.log")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ},
        )
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def browser(port: int) -> httpx.Client:
    """A client that asks for NAME at that port."""
    way = httpx.HTTPTransport(verify=False, local_address="127.0.0.2")  # another address than nginx's own
    return httpx.Client(base_url=f"https://127.0.0.1:{port}", headers={"Host": NAME}, transport=way, timeout=30)


def signed_in(client: httpx.Client) -> str:
    """The cookie of a session."""
    form = {"login": "chief", "password": PASSWORD}
    answer = client.post("/sign-in", data=form, headers={"Origin": f"https://{NAME}"})
    assert answer.status_code == 303
    cookie: str = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-xunjie=")
    assert cookie.endswith("Secure")
    return cookie.partition(";")[0]


def handshake(port: int, **headers: str) -> str:
    """The first line of the answer to a websocket's request for the pages' stream."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    lines = [f"GET /_stcore/stream HTTP/1.1\r\nHost: {NAME}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as line,
    ):
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return line.recv(4096).decode(errors="replace").partition("\r\n")[0]


def test_one_signs_in_and_is_answered(behind: int) -> None:
    with browser(behind) as client:
        assert client.get("/").headers["location"] == "/sign-in?next=%2F"
        assert client.get("/api/summary").status_code == 401
        headers = {"Cookie": signed_in(client)}
        summary: Any = client.get("/api/summary", headers=headers).json()
        assert summary["issues"]["total"] == 2366
        [entry] = client.get("/api/access-log?most=1", headers=headers).json()["entries"]
        assert (entry["kind"], entry["payload"]["address"]) == ("signed_in", "127.0.0.2")


def test_the_pages_stream_and_the_event_stream_come_through(behind: int) -> None:
    with browser(behind) as client:
        cookie = signed_in(client)
        origin = f"https://{NAME}"
        assert " 101 " in handshake(behind, Cookie=cookie, Origin=origin) + " "
        assert " 403 " in handshake(behind, Origin=origin)
        assert " 403 " in handshake(behind, Cookie=cookie, Origin="https://evil.example")
        with client.stream("GET", "/api/stream", headers={"Cookie": cookie}) as events:
            began = time.monotonic()
            assert b"event: revision" in next(part for part in events.iter_bytes() if b"revision" in part)
            assert time.monotonic() - began < 5  # nginx does not hold it back


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}, 401),
        ({"X-Forwarded-User": "chief", "Remote-User": "chief"}, 401),
        ({"Forwarded": "for=127.0.0.1;proto=http"}, 401),
    ],
)
def test_what_a_client_claims_does_not_come_through(behind: int, headers: dict[str, str], status: int) -> None:
    with browser(behind) as client:
        assert client.get("/api/me", headers=headers).status_code == status


def test_https_without_a_proxy(tmp_path: Path) -> None:
    """The program's own certificate, by the settings that `make run` passes on."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    cert, key = certificate(tmp_path)
    administrator(tmp_path)
    port = free_port()
    names = {"XUNJIE_TLS_CERT": str(cert), "XUNJIE_TLS_KEY": str(key)}
    command = subprocess.run(
        ["make", "-n", "run", f"PORT={port}"], cwd=ROOT, env={**os.environ, **names}, capture_output=True, text=True
    ).stdout
    assert f'--server.sslCertFile "{cert}" --server.sslKeyFile "{key}"' in command
    settings = {"XUNJIE_LOGIN": "local", "XUNJIE_HOSTS": NAME, **names}
    told = {"STREAMLIT_SERVER_PORT": str(port), "STREAMLIT_SERVER_HEADLESS": "true"}
    told |= {"STREAMLIT_SERVER_SSL_CERT_FILE": str(cert), "STREAMLIT_SERVER_SSL_KEY_FILE": str(key)}
    with pytest.raises(AssertionError, match="was not given it"), running_app(tmp_path, settings=settings, wait_s=30):
        pass  # the setting alone does not encrypt: the program says so rather than serve in the clear
    environment = {**os.environ, **settings, **told, "XUNJIE_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with browser(port) as client:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                try:
                    client.get("/healthz")
                    break
                except httpx.TransportError:
                    time.sleep(0.2)
            assert client.get("/api/me", headers={"Cookie": signed_in(client)}).json()["roles"] == ["administrator"]
    finally:
        process.terminate()
        process.wait(15)
