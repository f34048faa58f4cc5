"""Several app processes on one PostGIS: each shows what the others write within a second, and the chain stays whole."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from data.commands.cli import main
from data.feed import Change
from data.runtime import open_runtime
from data.store.database import open_store
from data.store.verify import problems
from tests.api.conftest import CITIES
from tests.data.conftest import runtime_of
from tests.data.test_connection_loss import within
from tests.data.test_runtime import draft
from tests.postgres_server import PostgresServer
from tests.small_city import small_city
from tests.stores import settings_of

ROOT = Path(__file__).resolve().parents[2]
CITY = small_city()
LIVE_S = 1.0

# A process of its own: writes `count` reports of the actor on request, says when it sees a revision.
PROGRAM = """
import sys
from tests.data.conftest import runtime_of
from tests.data.test_runtime import draft
from tests.small_city import small_city

live = runtime_of(small_city(), sys.argv[1])
live.subscribe(lambda change: print("seen", change.revision, flush=True))
print("open", flush=True)
for line in sys.stdin:
    for _ in range(int(line)):
        live.submit([draft()], actor=sys.argv[2])
    print("written", flush=True)
live.close()
"""


class Process:
    """Another app process, and what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.killed = False
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def ask(self, count: int) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{count}\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.killed = True
        self._process.kill()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line.strip())


@contextmanager
def another(url: str, name: str, program: str = PROGRAM) -> Iterator[Process]:
    """One more process on the store; it ends with the block, by itself unless it was killed there."""
    with subprocess.Popen(
        [sys.executable, "-c", program, url, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            talk = Process(process)
            within(30, lambda: "open" in talk.said)
            yield talk
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(15) == (-signal.SIGKILL if talk.killed else 0)
        finally:
            process.kill()


def test_two_programs_show_each_others_writes_within_a_second(postgres: PostgresServer) -> None:
    with postgres.database() as url:
        here = runtime_of(CITY, url)
        heard: list[Change] = []
        here.subscribe(heard.append)
        there_s, here_s = [], []
        with another(url, "b") as there:
            for n in range(5):
                (receipt,) = here.submit([draft()], actor="a")
                there_s.append(within(10, lambda revision=receipt.revision: f"seen {revision}" in there.said))
                there.ask(1)
                within(10, lambda n=n: there.said.count("written") == n + 1)
                here_s.append(within(10, lambda n=n: here.snapshot.revision == 2 * n + 2))
        assert median(there_s) < LIVE_S
        assert median(here_s) < LIVE_S
        assert [change.revision for change in heard] == [*range(1, 11)], "each once, in order"
        assert [len(change.ids) for change in heard] == [1] * 10, "and each names its issue"
        here.close()


@pytest.mark.slow
def test_concurrent_writes_of_several_processes_make_one_chain(postgres: PostgresServer, soak: bool) -> None:
    count = 200 if soak else 25
    with postgres.database() as url:
        here = runtime_of(CITY, url)
        with another(url, "b") as one, another(url, "c") as two:
            one.ask(count)
            two.ask(count)
            for _ in range(count):
                here.submit([draft()], actor="a")
            within(60, lambda: "written" in one.said and "written" in two.said)
            within(10, lambda: len(here.snapshot.issues) == 3 * count)
            within(10, lambda: all(f"seen {3 * count}" in process.said for process in (one, two)))
        revisions = [int(line.split()[1]) for line in one.said if line.startswith("seen")]
        assert revisions == sorted(set(revisions))
        here.close()
        reader = open_store(url, CITY, writing=False)
        with reader.reading() as connection:
            assert problems(connection, CITY) == []
        reader.close()


@pytest.mark.slow
def test_two_programs_that_start_on_an_empty_store_load_the_demo_once(
    postgres: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with postgres.database() as url:
        settings = replace(settings_of(url), city_folder=CITIES / "yunyan")
        opened: list[object] = []
        threads = [threading.Thread(target=lambda: opened.append(open_runtime(settings))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert [len(live.snapshot.issues) for live in opened] == [len(opened[0].snapshot.issues)] * 2
        for live in opened:
            live.close()
        assert main(["verify"], {"XUNJIE_DATABASE_URL": url}) == 0
        assert "127.0.0.1" in capsys.readouterr().out


def test_a_closed_program_has_left_no_thread_and_no_connection(postgres: PostgresServer) -> None:
    with postgres.database() as url:
        before = threading.active_count()
        live = runtime_of(CITY, url)
        assert threading.active_count() > before
        began = time.monotonic()
        live.close()
        live.close()
        assert time.monotonic() - began < 1
        assert threading.active_count() == before
        with postgres.administrator() as connection:
            name = url.rpartition("/")[2]
            query = b"SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
            within(2, lambda: connection.execute(query, (name,)).fetchone() == (0,))
