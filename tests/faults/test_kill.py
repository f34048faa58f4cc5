"""`kill -9` at random moments: every promise is kept, nothing is half there, and the store opens as if nothing was."""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
import time
import uuid
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, text

from data.runtime import Runtime
from data.settings import Settings
from data.store.database import Store, open_store
from data.store.schema import ISSUE, SCHEMA_VERSION
from data.store.verify import problems
from tests.data.conftest import runtime_of
from tests.faults.victim import BULK, DEEDS, draft, import_once, opened, warmed
from tests.older_schemas import statements_back_to
from tests.small_city import small_city

CITY = small_city()
REDUCED, FULL = 3, 75
"""How often each deed is cut short: 12 kills, or 300 under XUNJIE_SOAK=1."""

ROUNDS_A_STORE = 10
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.faults.victim"])


@pytest.fixture
def rounds(soak: bool) -> int:
    return FULL if soak else REDUCED


def killed(deed: str, store: Path, notes: Path, *, after_notes: int, after_s: float) -> list[list[str]]:
    """Let a process do `deed`, kill it `after_s` after it was ready and took so many notes; what it was promised."""
    notes.unlink(missing_ok=True)
    process = PROCESSES.Process(target=DEEDS[deed], args=(store, notes))
    process.start()
    try:
        deadline = time.monotonic() + 60
        while not notes.exists() or notes.read_bytes().count(b"\n") <= after_notes:
            assert process.is_alive(), f"it ended by itself: {process.exitcode}"
            assert time.monotonic() < deadline
            time.sleep(0.002)
        time.sleep(after_s)
    finally:
        process.kill()
        process.join(30)
    assert deed == "migration" or process.exitcode == -9, "it was killed at work, not after it"
    lines = notes.read_text(encoding="utf-8").splitlines(keepends=True)
    return [line.split() for line in lines if line.endswith("\n")]


def sound(store: Store) -> None:
    """The database is whole, the chain has no gap, and every table is the replay of the log."""
    with store.reading() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert problems(connection, CITY) == []


def cut_short(
    deed: str,
    rounds: int,
    folder: Path,
    check: Callable[[Runtime, list[list[str]]], None],
    *,
    most_notes: int,
    most_s: float = 0.03,
) -> Counter[str]:
    """Do it `rounds` times, each time on the store as the last one left it; what was promised, counted. `most_s`: the
    kill comes at most so long after a note; what stands between two notes should be shorter."""
    dice = random.Random(20210824)
    promised: Counter[str] = Counter()
    for turn in range(rounds):
        store = folder / f"{turn // ROUNDS_A_STORE}.db"
        after_notes, after_s = dice.randint(0, most_notes), dice.uniform(0, most_s)
        notes = killed(deed, store, folder / "notes", after_notes=after_notes, after_s=after_s)
        promised.update(note[0] for note in notes)
        runtime = runtime_of(CITY, f"sqlite:///{store}")
        sound(runtime.store)
        check(runtime, notes)
        [receipt] = runtime.submit([draft(str(uuid.uuid4()))], actor="survivor")
        assert receipt.created, "work goes on"
        runtime.close()
    return promised


def rows_of(runtime: Runtime) -> dict[str, tuple[str, int, int]]:
    """Number, revision and version of every issue."""
    with runtime.store.reading() as connection:
        query = select(ISSUE.c.id, ISSUE.c.number, ISSUE.c.revision, ISSUE.c.version)
        return {row.id: (row.number, row.revision, row.version) for row in connection.execute(query)}


def promises_are_kept(runtime: Runtime, notes: list[list[str]]) -> None:
    rows = rows_of(runtime)
    versions: Counter[str] = Counter()
    for kind, *words in notes[1:]:
        if kind == "issue":
            number, revision, _ = rows[words[0]]
            assert [number, str(revision)] == words[1:]
        else:
            versions[words[0]] = max(versions[words[0]], int(words[1]))
    for identity, version in versions.items():
        # At most one change more: the one that was being made when the process was killed.
        assert version <= rows[identity][2] <= version + 1


@pytest.mark.slow
@pytest.mark.parametrize("deed", ["single writes", "grouped writes"])
def test_every_acknowledged_write_outlives_its_process(deed: str, rounds: int, tmp_path: Path) -> None:
    promised = cut_short(deed, rounds, tmp_path, promises_are_kept, most_notes=40)
    assert promised["issue"] >= rounds
    assert promised["change"] >= rounds


def imports_are_whole(runtime: Runtime, notes: list[list[str]], outcomes: Counter[str]) -> None:
    with runtime.store.reading() as connection:
        found = Counter(connection.execute(select(ISSUE.c.description).where(ISSUE.c.type == "E0110")).scalars())
    assert set(found.values()) <= {BULK}, "an import is there whole or not at all"
    for kind, name, *_ in (note for note in notes if note[0] != "ready"):
        assert found[name] in ((BULK,) if kind == "import" else (0, BULK))
    kind, name, *_ = notes[-1]
    outcomes["between" if kind != "begun" else "whole" if found[name] else "not begun"] += 1


def seconds_to_import(store: Path) -> float:
    """How long the slowest of a few imports takes: kills are spread over that, commit and receipt included."""
    runtime = opened(store)
    warmed(runtime)
    took = []
    for name in "abc":
        start = time.perf_counter()
        import_once(runtime, name)
        took.append(time.perf_counter() - start)
    runtime.close()
    return max(took)


@pytest.mark.slow
def test_no_import_is_half_there(rounds: int, tmp_path: Path) -> None:
    outcomes = Counter[str]()
    check = partial(imports_are_whole, outcomes=outcomes)
    whole_s = seconds_to_import(tmp_path / "timed.db")
    promised = cut_short("imports", rounds, tmp_path, check, most_notes=6, most_s=1.2 * whole_s)
    assert promised["begun"] >= rounds
    assert rounds < FULL or outcomes["not begun"], "some were cut short before they were durable"
    assert rounds < FULL or outcomes["whole"], "some were durable, and cut short before that was told"


def old_store(file: Path, issues: int) -> None:
    """A store of schema 1 with so many issues: today's without what the migrations add."""
    runtime = Runtime(Settings(), CITY, open_store(f"sqlite:///{file}", CITY))
    ids = [f"00000000-0000-4000-8000-{n:012d}" for n in range(issues)]
    runtime.submit([draft(identity) for identity in ids], actor="old", imported=True)
    runtime.close()
    with sqlite3.connect(file) as connection:
        script = "; ".join((*statements_back_to(1, dialect="sqlite"), "PRAGMA wal_checkpoint(TRUNCATE)"))
        connection.executescript(script)
    connection.close()


def schema_of(file: Path) -> tuple[str, bool, bool, bool]:
    """The version that a store names, and whether it has what versions 2 and 3 brought."""
    connection = sqlite3.connect(file)
    [version] = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    columns = {row[1] for row in connection.execute("PRAGMA table_info(issue)")}
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    connection.close()
    return version, "version" in columns, "issue_change" in tables, {"document", "account", "photo"} <= tables


def seconds_to_migrate(pristine: Path, copy: Path) -> float:
    copy.write_bytes(pristine.read_bytes())
    start = time.perf_counter()
    open_store(f"sqlite:///{copy}", CITY).close()
    return time.perf_counter() - start


@pytest.mark.slow
def test_a_migration_is_done_or_not_begun(rounds: int, tmp_path: Path) -> None:
    pristine = tmp_path / "old.db"
    old_store(pristine, 1_500)
    whole_s = seconds_to_migrate(pristine, tmp_path / "timed.db")
    dice, outcomes = random.Random(1958), Counter[str]()
    for turn in range(rounds):
        store = tmp_path / f"{turn}.db"
        store.write_bytes(pristine.read_bytes())
        notes = killed("migration", store, tmp_path / "notes", after_notes=0, after_s=dice.uniform(0, 1.5 * whole_s))
        found = schema_of(store)
        outcomes[found[0]] += 1
        assert found in (("1", False, False, False), (str(SCHEMA_VERSION), True, True, True))
        assert ["migrated"] not in notes or found[0] == str(SCHEMA_VERSION)
        opened = open_store(f"sqlite:///{store}", CITY)
        sound(opened)
        with opened.reading() as connection:
            assert set(connection.execute(select(ISSUE.c.version)).scalars()) == {1}
        opened.close()
        store.unlink()
    assert sum(outcomes.values()) == rounds
    assert rounds < FULL or len(outcomes) == 2, "some were cut short, some were not"
