"""A PostgreSQL server that goes away and comes back: told within 3 s, healed within 10 s, nothing acknowledged lost."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from data.feed import READY, Change, Health
from data.runtime import Runtime
from data.store.schema import ISSUE
from data.store.verify import problems
from geo.errors import StoreError, StoreLostError
from geo.issue import IssueDraft
from tests.data.conftest import runtime_of
from tests.data.test_runtime import draft
from tests.postgres_server import PostgresServer, running_postgres
from tests.small_city import small_city

CITY = small_city()
TOLD_S = 3.0
HEALED_S = 10.0
LOST = Health("degraded", "store_lost")


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A server of our own, durable, that may be stopped."""
    with running_postgres(fsync=True) as own:
        yield own


@pytest.fixture
def live(server: PostgresServer) -> Iterator[Runtime]:
    if not server.running:  # a test before this one failed while it was stopped
        server.start()
    runtime = runtime_of(CITY, server.fresh_database())
    yield runtime
    runtime.close()


class Heard:
    """What listeners of a runtime were told, and when."""

    def __init__(self, live: Runtime) -> None:
        self.changes: list[Change] = []
        self.health: list[Health] = []
        live.subscribe(self.changes.append)
        live.subscribe_health(self.health.append)


def within(seconds: float, condition: Callable[[], bool]) -> float:
    """Wait for `condition`; the seconds it took. AssertionError where it takes longer."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began


pytestmark = [pytest.mark.postgis, pytest.mark.slow]


@pytest.mark.parametrize(
    "number",
    [pytest.param(signal.SIGINT, id="stopped"), pytest.param(signal.SIGQUIT, id="crashed", marks=pytest.mark.slow)],
)
def test_a_lost_server_is_told_and_found_again(server: PostgresServer, live: Runtime, number: int) -> None:
    live.submit([draft()], actor="a")
    heard = Heard(live)
    server.stop(number)
    within(TOLD_S, lambda: heard.health == [LOST])
    assert live.store_health == LOST
    condition = live.health()
    assert (condition.state, condition.reasons[0].code) == ("degraded", "store_lost")
    assert len(live.snapshot.issues) == 1, "reading goes on"
    same = draft()
    with pytest.raises(StoreLostError, match="cannot be reached"):
        live.submit([same], actor="a")
    with pytest.raises(StoreLostError), live.store.reading():
        pass
    server.start()
    within(HEALED_S, lambda: heard.health == [LOST, READY])
    assert live.submit([same], actor="a")[0].created
    assert live.snapshot.revision == 2
    assert "store_lost" not in [reason.code for reason in live.health().reasons]


def test_a_server_that_does_not_answer_is_told_too(server: PostgresServer, live: Runtime) -> None:
    """As with a cut cable: connections stand, nothing comes back."""
    heard = Heard(live)
    server.pause()
    try:
        within(TOLD_S, lambda: heard.health == [LOST])
    finally:
        server.resume()
    within(HEALED_S, lambda: heard.health == [LOST, READY])


def test_a_server_that_falls_silent_while_it_is_read_is_told_as_soon(server: PostgresServer, live: Runtime) -> None:
    """Another process has written, we read what, and in the midst of it nothing comes back any more."""
    url = live.store._backend._url.render_as_string(hide_password=False)
    heard = Heard(live)
    real, written, reading = live.catch_up, threading.Event(), threading.Event()

    def catch_up_from_a_silent_server() -> None:
        if not reading.is_set():
            assert written.wait(TOLD_S)
            server.pause()
            reading.set()
        real()

    live.catch_up = catch_up_from_a_silent_server
    other = runtime_of(CITY, url)
    try:
        (receipt,) = other.submit([draft()], actor="b")
        written.set()
        assert reading.wait(TOLD_S)
        within(TOLD_S, lambda: heard.health == [LOST])
        assert heard.changes == []
    finally:
        server.resume()
        other.close()
    within(HEALED_S, lambda: live.snapshot.revision == 1 and heard.health[-1] == READY)
    assert heard.changes == [Change(1, (receipt.id,))]


def test_what_others_wrote_meanwhile_is_caught_up(server: PostgresServer, live: Runtime) -> None:
    url = live.store._backend._url.render_as_string(hide_password=False)
    heard = Heard(live)
    real = live.catch_up
    live.catch_up = lambda: (_ for _ in ()).throw(StoreError("cannot be read for a while"))
    other = runtime_of(CITY, url)
    (receipt,) = other.submit([draft()], actor="b")
    other.close()
    within(TOLD_S, lambda: heard.health == [Health("degraded", "store_behind")])
    live.catch_up = real
    within(HEALED_S, lambda: live.snapshot.revision == 1 and heard.health[-1] == READY)
    assert heard.changes == [Change(1, (receipt.id,))]


@pytest.mark.slow
def test_a_restart_under_writes_loses_nothing_and_doubles_nothing(
    server: PostgresServer, live: Runtime, soak: bool
) -> None:
    """Writers go on through restarts, each sending a draft again until it is acknowledged."""
    acknowledged: list[tuple[str, str]] = []
    refused: list[StoreError] = []
    ending = threading.Event()

    def deliver(one: IssueDraft) -> None:
        while True:
            try:
                (receipt,) = live.submit([one], actor="a")
            except StoreError as error:
                refused.append(error)
                time.sleep(0.02)
            else:
                acknowledged.append((receipt.id, receipt.number))
                return

    def write() -> None:
        while not ending.is_set():
            deliver(draft())

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for round_ in range(20 if soak else 4):
        before = len(acknowledged)
        within(HEALED_S, lambda before=before: len(acknowledged) > before + 10)
        server.stop(signal.SIGQUIT if round_ % 2 else signal.SIGINT)
        server.start()
    after = len(acknowledged)
    within(HEALED_S, lambda: len(acknowledged) > after + 10)
    ending.set()
    for writer in writers:
        writer.join(30)
        assert not writer.is_alive()
    assert refused, "the writers met a lost server"
    assert all("\n" not in str(error) for error in refused)
    within(HEALED_S, lambda: live.store_health == READY and len(live.snapshot.issues) == len(acknowledged))
    with live.store.reading() as connection:
        stored = [tuple(row) for row in connection.execute(select(ISSUE.c.id, ISSUE.c.number))]
        assert problems(connection, CITY) == []
    assert sorted(stored) == sorted(acknowledged)
