"""A store made by an older release, with data in it, is today's after it was opened, and nothing in it has changed."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from sqlalchemy import inspect, select, text

from data.runtime import Runtime
from data.settings import Settings
from data.store.database import Store, open_store
from data.store.schema import ISSUE, SCHEMA_VERSION
from data.store.verify import problems
from geo.city import City
from geo.errors import StoreError
from geo.issue import IssueDraft
from geo.lifecycle import Status
from tests.data.conftest import runtime_of

IDS = [f"00000000-0000-4000-8000-{n:012d}" for n in range(9)]
VERSIONS = {1: [7, 2, 2, 1, 1], 2: [7, 3, 1, 3], 3: [7, 3, 2, 3, 1]}
"""Of the issues in `schema_N.sql`, each written by the last release of its schema. 1: one dated issue that failed its
verification, a line, an import of two, a report. 2: the same issue, an import of two, a report; three changes, each
with a UUID. 3: the store of 2, brought forward by the last release of 3; then an assignment, a report with a telephone
number, a document, an account."""


@pytest.fixture(params=sorted(VERSIONS))
def schema(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def old(tmp_path: Path, schema: int) -> Path:
    """A store of an older schema."""
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as connection:
        connection.executescript(Path(__file__).with_name(f"schema_{schema}.sql").read_text(encoding="utf-8"))
    connection.close()
    return file


def log_of(file: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    rows = connection.execute("SELECT * FROM event ORDER BY seq").fetchall()
    connection.close()
    return rows


def test_versions_are_counted_and_the_log_is_untouched(old: Path, schema: int, city: City) -> None:
    before = log_of(old)
    store = open_store(f"sqlite:///{old}", city)
    with store.reading() as connection:
        assert connection.execute(select(ISSUE.c.version).order_by(ISSUE.c.row)).scalars().all() == VERSIONS[schema]
        assert connection.execute(text("SELECT value FROM meta WHERE key = 'schema_version'")).scalar() == str(
            SCHEMA_VERSION
        )
    store.close()
    assert log_of(old) == before
    open_store(f"sqlite:///{old}", city).close()  # a second time there is nothing left to do


def test_the_migrated_store_is_the_replay_of_its_log_and_its_issues_can_be_changed(
    old: Path, schema: int, city: City
) -> None:
    # Another version of the layers: places are worked out anew, so that this holds on every processor.
    city = replace(city, layer_version="small-2")
    runtime = Runtime(Settings(), city, open_store(f"sqlite:///{old}", city))
    with runtime.store.reading() as connection:
        assert problems(connection, city) == []
    receipt = runtime.change(IDS[0], 7, Status.HANDLING, actor="works", client_uuid=IDS[8])
    assert receipt.version == 8
    if schema >= 2:  # a change that an older release had made is known
        again = runtime.change(IDS[3], 1, Status.ACCEPTED, actor="commander", client_uuid=IDS[5])
        assert (again.version, again.created) == (2, False)
    assert runtime.amend(IDS[0], 8, "assign", {"department": "d"}, actor="c", client_uuid=IDS[7][:-1] + "a").created
    last = {1: 4, 2: 3, 3: 3}[schema]
    reported = IssueDraft("supervision", "E0501", shapely.Point(106.71, 26.6), id=IDS[last])
    [again] = runtime.submit([reported], actor="web")
    assert (again.number, again.created) == (f"SC-{last + 1:05d}", False)
    with runtime.store.reading() as connection:
        assert problems(connection, city) == []
    runtime.close()


def shape_of(store: Store) -> dict[str, list[tuple[str, str, bool, object]]]:
    with store.reading() as connection:
        found = inspect(connection)
        return {
            name: sorted((c["name"], str(c["type"]), c["nullable"], c["default"]) for c in found.get_columns(name))
            + [(str(index["name"]), "index", True, None) for index in found.get_indexes(name)]
            for name in found.get_table_names()
        }


def test_a_migrated_store_has_the_shape_of_a_new_one(old: Path, tmp_path: Path, city: City) -> None:
    migrated, made = open_store(f"sqlite:///{old}", city), open_store(f"sqlite:///{tmp_path / 'new.db'}", city)
    assert shape_of(migrated) == shape_of(made)
    migrated.close()
    made.close()


def test_a_reader_of_an_older_store_says_what_to_do(old: Path, schema: int, city: City) -> None:
    with pytest.raises(StoreError, match=f"schema {schema}, not {SCHEMA_VERSION}; start the program once"):
        open_store(f"sqlite:///{old}", city, writing=False)


def test_a_migration_that_fails_leaves_the_old_store(
    old: Path, schema: int, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_arguments: object) -> None:
        raise StoreError("the power went")

    before = log_of(old)
    monkeypatch.setattr("data.store.migrations.update", stop)  # after everything was added
    with pytest.raises(StoreError, match="the power went"):
        open_store(f"sqlite:///{old}", city)
    monkeypatch.undo()
    connection = sqlite3.connect(old)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(issue)")]
    assert ("version" in columns) == (schema >= 2)
    assert connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone() == (str(schema),)
    document = connection.execute("SELECT name FROM sqlite_schema WHERE name = 'document'").fetchone()
    assert (document is not None) == (schema >= 3)
    assert connection.execute("SELECT value FROM meta WHERE key = 'sums'").fetchone() is None
    connection.close()
    assert log_of(old) == before
    runtime_of(city, f"sqlite:///{old}").close()
