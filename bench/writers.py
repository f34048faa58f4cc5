"""32 writers at once: our queue with group commit beside naive SQLite connections, and beside the same queue on
PostGIS on the same disk, at the same durability."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import create_engine, insert, select

from bench.row import Row, compared
from data.campaign_clock import campaign_now
from data.intake.issues import examine
from data.intake.placing import Placer
from data.store.database import open_store
from data.store.schema import ISSUE
from data.store.writer import Batch, Writer
from data.store.writer_queue import WriterQueue
from geo.city import City
from geo.issue import IssueDraft
from tests.postgres_server import PostgresServer, programs

THREADS = 32
EACH = 25
REPEATS = 5
BUSY_S = 120
Rows = list[tuple[Any, ...]]
Times = tuple[float, float]
"""Milliseconds of wall time a write, and the 99th percentile of a writer's wait for its acknowledgement."""


def rows(city: City) -> list[Row]:
    """Time a write and p99, medians of REPEATS turns of both sides.

    Ours gets checked drafts and does everything: place, event with its hash, issue, transition, counters. The peer is
    spared all that: each of its threads has its own connection and inserts finished rows of the issue table, one a
    transaction. Both are durable at their acknowledgement (WAL, synchronous=FULL); equal: both hold the same rows.
    """
    ours, peers, equal = [], [], True
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            times, written = _ours(city, f"sqlite:///{Path(folder) / 'ours.db'}")
            ours.append(times)
            times, found = _naive(written, Path(folder) / "peer.db")
            peers.append(times)
            equal = equal and len(written) == THREADS * EACH and written == found
    names = ("32 writers at once, a write", "32 writers at once, p99 of the wait")
    return _medians(names, ours, peers, "a connection a thread, one INSERT a transaction", equal=equal)


def rows_beside_postgis(city: City) -> list[Row]:
    """The queue on SQLite beside the queue on a temporary PostGIS of this machine that waits for its disk (fsync on).

    Both databases lie in the folder for temporary files; the same drafts, places and events. None where there is no
    PostGIS. equal: both hold the same issues.
    """
    binaries = programs()
    if binaries is None:
        print("writers: no PostGIS on this machine; its row is left out")
        return []
    server = PostgresServer(binaries, fsync=True)
    sqlite, postgis, equal = [], [], True
    try:
        for _ in range(REPEATS):
            with tempfile.TemporaryDirectory() as folder, server.database() as url:
                times, written = _ours(city, f"sqlite:///{Path(folder) / 'ours.db'}")
                sqlite.append(times)
                times, found = _ours(city, url)
                postgis.append(times)
                equal = equal and len(written) == THREADS * EACH and _content(written) == _content(found)
    finally:
        server.remove()
    names = ("32 writers beside PostGIS on the same disk, a write", "… p99 of the wait")
    return _medians(names, sqlite, postgis, "the same queue on PostGIS, fsync on", equal=equal)


def _medians(
    names: Sequence[str], ours: Sequence[Times], peers: Sequence[Times], peer_name: str, *, equal: bool
) -> list[Row]:
    """A row for each figure of `Times`: the medians of both sides."""
    return [
        compared(
            name,
            THREADS * EACH,
            statistics.median(times[at] for times in ours),
            statistics.median(times[at] for times in peers),
            peer_name,
            equal=equal,
        )
        for at, name in enumerate(names)
    ]


def _content(written: Rows) -> set[tuple[Any, ...]]:
    """What was reported, whatever identity, number and moment it was given."""
    kept = [ISSUE.c.keys().index(name) for name in ("type", "lon", "lat", "description", "subdistrict", "segment")]
    return {tuple(row[at] for at in kept) for row in written}


def _ours(city: City, url: str) -> tuple[Times, Rows]:
    store = open_store(url, city)
    queue = WriterQueue(Writer(store, city, Placer(city)), lambda: None)
    queue.submit(_batch(city, 0)).result()  # the first write warms the writer's thread
    batches = [_batch(city, n) for n in range(1, THREADS * EACH + 1)]
    times = _timed([[lambda b=batch: queue.submit(b).result() for batch in batches[at::THREADS]]
                    for at in range(THREADS)])  # fmt: skip
    queue.close()
    with store.reading() as connection:
        written = [tuple(row) for row in connection.execute(select(ISSUE).where(ISSUE.c.row > 1).order_by(ISSUE.c.id))]
    store.close()
    return times, written


def _naive(finished: Rows, file: Path) -> tuple[Times, Rows]:
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        ISSUE.create(connection)
        statement = str(insert(ISSUE).compile(dialect=engine.dialect, column_keys=ISSUE.c.keys()))
    connections = [_connection(file) for _ in range(THREADS)]
    times = _timed(
        [
            [lambda c=connection, row=row: c.execute(statement, row) for row in finished[at::THREADS]]
            for at, connection in enumerate(connections)
        ]
    )
    for connection in connections:
        connection.close()
    with engine.begin() as connection:
        found = [tuple(row) for row in connection.execute(select(ISSUE).order_by(ISSUE.c.id))]
    engine.dispose()
    return times, found


def _connection(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _timed(work: Sequence[Sequence[Callable[[], object]]]) -> Times:
    """Do each list on a thread of its own, all at once."""
    waits: list[list[float]] = [[] for _ in work]
    start = threading.Barrier(len(work) + 1)

    def go(at: int) -> None:
        start.wait()
        for act in work[at]:
            begun = time.perf_counter()
            act()
            waits[at].append((time.perf_counter() - begun) * 1e3)

    threads = [threading.Thread(target=go, args=(at,)) for at in range(len(work))]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    elapsed_ms = (time.perf_counter() - begun) * 1e3
    every = np.concatenate(waits)
    return elapsed_ms / len(every), float(np.percentile(every, 99))


def _batch(city: City, n: int) -> Batch:
    """One report somewhere in the city."""
    west, south, east, north = city.boundary.bounds
    spot = np.random.default_rng(n).random(2)
    place = shapely.Point(west + spot[0] * (east - west), south + spot[1] * (north - south))
    kind = city.catalogue.types[n % len(city.catalogue.types)].code
    draft = IssueDraft(
        city.campaign().default_register, kind, place, id=str(uuid.uuid4()), description=f"报告 {n} " * 5
    )
    examined = examine([draft], city, now=campaign_now)
    assert not examined.errors
    return Batch(examined, "bench")
