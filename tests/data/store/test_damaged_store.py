"""A store that someone altered by hand: verify says what and where, and no reader falls over it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from data.catching_up import read_snapshot
from data.store.database import open_store
from data.store.events import event_hash
from data.store.schema import SCHEMA_VERSION
from data.store.verify import problems
from geo.city import City
from geo.errors import StoreError
from geo.issue import IssueDraft
from tests.data.conftest import runtime_of


@pytest.fixture
def file(tmp_path: Path, city: City) -> Path:
    """A store of three issues, its triggers taken away, as a tamperer would."""
    live = runtime_of(city, tmp_path / "store.db")
    kind = city.catalogue.types[0].code
    for name in "abc":
        place = shapely.Point(106.705, 26.605)
        live.submit([IssueDraft(city.campaign().default_register, kind, place, description=name)], actor="a")
    live.close()
    with sqlite3.connect(tmp_path / "store.db") as database:
        database.executescript("DROP TRIGGER event_no_update; DROP TRIGGER event_no_delete;")
    return tmp_path / "store.db"


def found(file: Path, city: City) -> str:
    store = open_store(f"sqlite:///{file}", city, writing=False)
    try:
        with store.reading() as connection:
            return "; ".join(problems(connection, city))
    finally:
        store.close()


def altered(file: Path, script: str) -> None:
    with sqlite3.connect(file) as database:
        database.executescript(script)


def rechained(file: Path, change: Callable[[list[object]], None]) -> None:
    """Alter the second event and give the log hashes that fit, as only someone with our code could."""
    with sqlite3.connect(file) as database:
        rows = [list(row) for row in database.execute("SELECT * FROM event ORDER BY seq")]
        change(rows[1])
        last = "0" * 64
        database.execute("DELETE FROM event")
        for row in rows:
            row[6], row[7] = last, event_hash(last, *row[:6])
            last = row[7]
            database.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def test_a_sound_store_has_no_problems(file: Path, city: City) -> None:
    assert found(file, city) == ""


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE event SET payload = replace(payload, '\"b\"', '\"x\"') WHERE seq = 2",
        "UPDATE event SET payload = x'00ff' WHERE seq = 2",
        "UPDATE event SET actor = 'z' WHERE seq = 2",
        "DELETE FROM event WHERE seq = 2",
        "INSERT INTO event SELECT 4, issue_id, at, actor, kind, payload, hash, hash FROM event WHERE seq = 3",
        "UPDATE event SET seq = 9 WHERE seq = 1; UPDATE event SET seq = 1 WHERE seq = 2;"
        "UPDATE event SET seq = 2 WHERE seq = 9",
    ],
)
def test_an_altered_log_is_found(file: Path, city: City, script: str) -> None:
    altered(file, script)
    assert "the event log is broken at event" in found(file, city)


@pytest.mark.parametrize(("position", "value"), [(4, "zzz"), (5, "{}"), (5, "no json")])
def test_an_event_that_is_none_of_ours_is_found_though_its_hash_fits(
    file: Path, city: City, position: int, value: str
) -> None:
    rechained(file, lambda row: row.__setitem__(position, value))
    assert found(file, city) != ""


@pytest.mark.parametrize("key", ["revision", "last_number"])
def test_a_counter_that_lies_behind_the_log_is_found(file: Path, city: City, key: str) -> None:
    altered(file, f"UPDATE meta SET value = '1' WHERE key = '{key}'")
    assert f"{key} is 1, but its log has reached 3" in found(file, city)


@pytest.mark.parametrize(
    "script",
    [
        "DELETE FROM meta WHERE key = 'revision'",
        "UPDATE meta SET value = 'abc' WHERE key = 'last_number'",
        "UPDATE meta SET value = '{' WHERE key = 'rejects'",
        "UPDATE issue SET lon = 'abc' WHERE row = 2",
        "UPDATE issue SET status = 'abc' WHERE row = 2",
    ],
)
def test_a_damaged_value_is_one_sentence_to_a_reader(file: Path, city: City, script: str) -> None:
    altered(file, script)
    store = open_store(f"sqlite:///{file}", city, writing=False)
    try:
        with pytest.raises(StoreError, match="damaged") as caught:
            read_snapshot(store, city)
    finally:
        store.close()
    assert "\n" not in str(caught.value)


def test_a_reader_of_a_newer_store_is_told_to_use_a_newer_program(file: Path, city: City) -> None:
    altered(file, f"UPDATE meta SET value = '{SCHEMA_VERSION + 1}' WHERE key = 'schema_version'")
    with pytest.raises(StoreError, match="newer release"):
        open_store(f"sqlite:///{file}", city, writing=False)
