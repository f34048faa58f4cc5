"""An import while the program runs: through its route, with the report and the exit codes of the direct way."""

from __future__ import annotations

import csv
import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from unittest import mock

import pytest
import uvicorn
from starlette.testclient import TestClient

from data.commands.cli import main
from data.commands.through_server import MEDIA_TYPE, PATH
from data.runtime import Runtime, runtime
from data.store.database import read_events
from data.store.verify import problems
from geo.access import Role
from tests.api.conftest import application, serving
from tests.api.people import person, signing_in
from tests.browser.app_server import free_port, running_app

GOOD = "106.71,26.6,E0110,2021-08-01,坑"
BAD = "106.71,26.6,nonsense,2021-08-01,=1+1"


def ledger(folder: Path, *rows: str) -> Path:
    path = folder / "ledger.csv"
    path.write_text("\n".join(("lon,lat,type,reported_at,description", *rows)), encoding="utf-8")
    return path


def said_by_the_command(capsys: pytest.CaptureFixture[str]) -> str:
    """Standard error without the lines of the server's log, which in these tests is the same process."""
    lines = capsys.readouterr().err.splitlines(keepends=True)
    return "".join(line for line in lines if " xunjie." not in line)


class Served:
    """A running server on a store, and the commands as another process would run them."""

    def __init__(self, folder: Path, city: Path) -> None:
        self.folder = folder
        self.environ = {"XUNJIE_CITY": str(city), "XUNJIE_DATABASE_URL": f"sqlite:///{folder / 'store.db'}"}

    @property
    def runtime(self) -> Runtime:
        return runtime()

    def run(self, *arguments: object, **environ: str) -> int:
        return main([str(argument) for argument in arguments], self.environ | environ)


@pytest.fixture
def served(tmp_path: Path, bare_city: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    made = Served(tmp_path, bare_city)
    monkeypatch.setattr("api.observing._LOG", logging.getLogger("silent"))  # it shares this process's standard error
    port = free_port()
    access = logging.getLogger("xunjie.access")  # the server is in our process: its lines would be among the command's
    access.disabled = True
    server = uvicorn.Server(uvicorn.Config(application(), host="127.0.0.1", port=port, log_level="warning"))
    with mock.patch.dict(os.environ, made.environ):
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
    runtime().store.announce(f"http://127.0.0.1:{port}")
    yield made
    access.disabled = False
    server.should_exit = True
    thread.join(15)
    assert not thread.is_alive()


def test_a_good_file_comes_in_and_is_seen_at_once(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert served.run("import", ledger(served.folder, GOOD, GOOD)) == 0
    assert "Imported 2 issues, 0 were there already; revision 1." in capsys.readouterr().out
    assert len(served.runtime.snapshot.issues) == 2
    with served.runtime.store.reading() as connection:
        assert problems(connection, served.runtime.city) == []
    assert served.run("import", ledger(served.folder, GOOD), XUNJIE_LANG="zh-CN") == 0
    assert "已导入 1 件" in capsys.readouterr().out


def test_one_bad_row_keeps_the_file_out(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert served.run("import", ledger(served.folder, GOOD, BAD)) == 1
    said = said_by_the_command(capsys)
    assert "row 3, column type: got 'nonsense'" in said
    assert "1 row cannot be taken, nothing was written. With --keep-good the other 1 row is written" in said
    assert len(served.runtime.snapshot.issues) == 0


def test_keep_good_writes_the_others_and_lists_the_bad(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert served.run("import", ledger(served.folder, BAD, GOOD), "--keep-good") == 3
    assert "Imported 1 issue" in capsys.readouterr().out
    assert len(served.runtime.snapshot.issues) == 1
    with (served.folder / "ledger.csv.rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        [reject] = csv.DictReader(file)
    assert (reject["row"], reject["column"], reject["value"]) == ("2", "type", "nonsense")


def test_a_list_of_rejects_that_cannot_be_written_stops_the_import(served: Served) -> None:
    listed = served.folder / "missing" / "r.csv"
    assert served.run("import", ledger(served.folder, BAD, GOOD), "--keep-good", "--rejects", listed) == 1
    assert len(served.runtime.snapshot.issues) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing.csv",), "file that exists"),
        (("LEDGER", "--datum", "mars"), "mars"),
        (("LEDGER", "--register", "moon"), "--register: got 'moon'"),
        (("LEDGER", "--campaign", "1984"), "--campaign: got '1984'"),
        (("LEDGER", "--encoding", "gb18030"), "header"),
    ],
)
def test_a_refusal_is_the_sentence_of_the_direct_way(
    served: Served, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = ledger(served.folder, GOOD)
    if "--encoding" in arguments:
        file.write_text("a,b\n1,2\n", encoding="utf-8")
    given = [str(file) if argument == "LEDGER" else argument for argument in arguments]
    assert served.run("import", *given) == 1
    through = said_by_the_command(capsys)
    assert said in through
    direct = {**served.environ, "XUNJIE_DATABASE_URL": f"sqlite:///{served.folder / 'other.db'}"}
    assert main(["import", *given], direct) == 1
    assert said_by_the_command(capsys) == through


def test_a_known_uuid_with_other_content_is_refused(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert served.run("import", ledger(served.folder, GOOD)) == 0
    assert served.run("export", served.folder / "out.geojson") == 0
    capsys.readouterr()
    assert served.run("import", served.folder / "out.geojson") == 1
    said = said_by_the_command(capsys)
    assert "other content" in said
    assert len(said.splitlines()) == 1


def test_a_file_without_rows_is_refused(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert served.run("import", ledger(served.folder)) == 1
    assert "no row to import" in said_by_the_command(capsys)


def test_the_file_of_another_city_is_refused(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    chicago = Path(__file__).resolve().parents[2] / "data" / "cities" / "chicago"
    assert served.run("import", ledger(served.folder, GOOD), XUNJIE_CITY=str(chicago)) == 1
    assert "city: got" in said_by_the_command(capsys)


def test_a_file_over_the_cap_is_refused_before_it_is_sent(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("data.commands.through_server.MOST_SENT_BYTES", 50)
    assert served.run("import", ledger(served.folder, GOOD)) == 1
    assert "while a server runs" in said_by_the_command(capsys)


def test_a_holder_that_does_not_answer_is_one_sentence(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    served.runtime.store.announce(address)
    assert served.run("import", ledger(served.folder, GOOD)) == 1
    said = said_by_the_command(capsys)
    assert f"nothing answers at {address}" in said
    assert len(said.splitlines()) == 1


class Stranger(BaseHTTPRequestHandler):
    """Answers everything with a page, or hangs up."""

    hangs_up = False

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if not type(self).hangs_up:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.parametrize(("hangs_up", "said"), [(False, "is not this program"), (True, "ended before it answered")])
def test_a_stranger_at_the_address_is_one_sentence(
    served: Served, hangs_up: bool, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stranger, "hangs_up", hangs_up)
    with HTTPServer(("127.0.0.1", 0), Stranger) as stranger:
        thread = threading.Thread(target=stranger.serve_forever)
        thread.start()
        served.runtime.store.announce(f"http://127.0.0.1:{stranger.server_port}")
        assert served.run("import", ledger(served.folder, GOOD)) == 1
        stranger.shutdown()
        thread.join(10)
    error = said_by_the_command(capsys)
    assert said in error
    assert len(error.splitlines()) == 1


def test_without_an_address_the_holder_is_named(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    served.runtime.store.announce("")
    assert served.run("import", ledger(served.folder, GOOD)) == 1
    assert f"is being written by process {os.getpid()}; stop it first" in said_by_the_command(capsys)


BINARY = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def route(tmp_path: Path, bare_city: Path) -> Iterator[TestClient]:
    with serving(f"sqlite:///{tmp_path / 'store.db'}", bare_city) as client:
        yield client


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("name=x.csv", {"Content-Type": "application/json"}, 415),
        ("name=x.csv", {"Content-Type": "text/csv"}, 415),
        ("name=x.csv", {**BINARY, "Origin": "https://evil.example"}, 403),
        ("name=x.csv", {**BINARY, "Sec-Fetch-Site": "cross-site"}, 403),
        ("", BINARY, 400),
        ("name=", BINARY, 400),
        ("name=x.exe", BINARY, 400),
        ("name=x.csv&colour=red", BINARY, 400),
        ("name=x.csv&keep_good=yes", BINARY, 400),
        ("name=x.csv&encoding=utf-7", BINARY, 400),
        ("name=x.csv&city=chicago", BINARY, 400),
        ("name=x.csv&register=moon", BINARY, 400),
        ("name=../../x.csv", BINARY, 200),
        ("name=x.csv&keep_good=1&datum=wgs84&encoding=utf-8&city=yunyan", BINARY, 200),
    ],
)
def test_the_route_is_strict(route: TestClient, query: str, headers: dict[str, str], status: int) -> None:
    content = f"lon,lat,type,reported_at,description\n{GOOD}".encode()
    answer = route.post(f"/api/imports?{query}", content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert len(runtime().snapshot.issues) == (1 if status == 200 else 0)


def test_a_body_over_the_cap_is_a_413(route: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.imports.MOST_SENT_BYTES", 20)
    answer = route.post("/api/imports?name=x.csv", content=b"x" * 21, headers=BINARY)
    assert (answer.status_code, answer.json()["error"]["key"]) == (413, "body")


def test_a_second_import_at_the_same_time_is_refused(route: TestClient) -> None:
    from api.imports import _one_at_a_time

    with _one_at_a_time:
        answer = route.post("/api/imports?name=x.csv", content=b"lon,lat\n", headers=BINARY)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


@pytest.mark.slow
def test_the_real_server_says_where_it_answers(tmp_path: Path, bare_city: Path) -> None:
    """`streamlit run`, and the command as a process of its own knows nothing but the store's address."""
    with running_app(tmp_path, city=str(bare_city)) as app:
        environ = {"XUNJIE_CITY": str(bare_city), "XUNJIE_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}"}
        assert main(["import", str(ledger(tmp_path, GOOD, GOOD))], environ) == 0
        assert app.get("/healthz")["issues"] == 2
        assert main(["import", str(ledger(tmp_path, GOOD, BAD))], environ) == 1
        assert app.get("/healthz")["issues"] == 2
        assert json.loads(app.read("/api/summary"))["revision"] == 1


def test_the_log_names_who_brought_a_ledger_in(tmp_path: Path, bare_city: Path) -> None:
    """What the ledger says to have happened before is nobody's here."""
    with signing_in(f"sqlite:///{tmp_path / 'store.db'}", bare_city) as client:
        planner = person("planner", Role.PLANNER)
        content = ledger(tmp_path, GOOD).read_bytes()
        headers = planner.headers(by_token=True) | {"Content-Type": MEDIA_TYPE}
        answer = client.post(f"{PATH}?name=ledger.csv", content=content, headers=headers)
        assert (answer.status_code, answer.json()["created"]) == (200, 1), answer.text
        current = runtime()
        with current.store.reading() as connection:
            assert {event.actor for event in read_events(connection)} == {current.access.account("planner").id}
            assert problems(connection, current.city) == []
