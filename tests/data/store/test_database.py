"""Opening a store: what belongs to another city, a newer program, or no program at all is refused in one sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, inspect, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from data.campaign_clock import campaign_now
from data.store.database import Store, open_store, read_meta, set_meta
from data.store.filter_sql import issue_rows
from data.store.migrations import Migration, migrate
from data.store.schema import EVENT, META, SCHEMA_VERSION
from data.store.tables import METADATA
from geo.city import City
from geo.errors import SettingsError, StoreError, StoreInUseError
from geo.filter_query import parse_filter
from tests.postgres_server import PASSWORD


def of(file: Path) -> str:
    return f"sqlite:///{file}"


def refused(city: City, url: str, said: str, *, writing: bool = True) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url, city, writing=writing)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "sqlalche.me" not in str(caught.value)
    assert PASSWORD not in str(caught.value)


def set_schema_version(url: str, value: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(update(META).where(META.c.key == "schema_version").values(value=value))
    engine.dispose()


@pytest.fixture
def sqlite_store(tmp_path: Path, city: City) -> Iterator[Store]:
    """A store whose PRAGMAs can be asked for."""
    opened = open_store(of(tmp_path / "x.db"), city)
    yield opened
    opened.close()


def test_a_new_store_says_what_it_is(store: Store, city: City) -> None:
    with store.reading() as connection:
        meta = read_meta(connection)
    assert (meta.city, meta.layer_version, meta.revision) == (city.code, city.layer_version, 0)


def test_the_database_is_as_durable_as_we_promise(sqlite_store: Store) -> None:
    with sqlite_store.writing() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")}
        assert found == {"journal_mode": "wal", "synchronous": 2}
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA mmap_size")).scalar() == 0


@pytest.mark.parametrize(
    "verb", ["UPDATE event SET actor = 'x'", "DELETE FROM event", "DELETE FROM event WHERE seq = 1"]
)
def test_the_log_cannot_be_changed(store: Store, verb: str) -> None:
    with store.writing() as connection:
        row = {"seq": 1, "at": "t", "actor": "a", "kind": "k", "payload": "{}", "prev_hash": "", "hash": "h"}
        connection.execute(insert(EVENT).values(**row))
    with pytest.raises(StoreError, match="refuses to change its event log"), store.writing() as connection:
        connection.execute(text(verb))
    with store.reading() as connection:
        assert connection.execute(text("SELECT actor FROM event")).scalars().all() == ["a"]


def test_a_new_file_is_read_by_nobody_else(sqlite_store: Store, tmp_path: Path) -> None:
    with sqlite_store.writing() as connection:
        set_meta(connection, last_number=1)
    files = [tmp_path / name for name in ("x.db", "x.db-wal", "x.db-shm")]
    assert [path.stat().st_mode & 0o077 for path in files] == [0, 0, 0]


def test_a_store_of_another_city_is_refused(url: str, city: City) -> None:
    open_store(url, city).close()
    refused(replace(city, code="elsewhere"), url, "belongs to the city")


def test_a_newer_schema_is_refused(url: str, city: City) -> None:
    open_store(url, city).close()
    set_schema_version(url, str(SCHEMA_VERSION + 1))
    refused(city, url, "newer release")
    refused(city, url, "schema", writing=False)


def test_a_schema_older_than_every_migration_is_refused(url: str, city: City) -> None:
    open_store(url, city).close()
    set_schema_version(url, "0")
    refused(city, url, "cannot bring")


def test_an_unreadable_schema_version_is_refused(url: str, city: City) -> None:
    open_store(url, city).close()
    set_schema_version(url, "one")
    refused(city, url, "does not say its schema version")


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, city: City) -> None:
    file = tmp_path / "letter.db"
    file.write_bytes(b"Dear city, " * 1000)
    refused(city, of(file), "not a database file")
    assert file.read_bytes() == b"Dear city, " * 1000


def test_a_database_of_another_program_is_refused_and_left_alone(url: str, city: City) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE photo (id INTEGER)")
    for writing in (True, False):
        refused(city, url, "not a store of Xunjie", writing=writing)
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) - {"spatial_ref_sys"} == {"photo"}
    engine.dispose()


def test_reading_asks_for_a_store_that_is_there(url: str, tmp_path: Path, city: City) -> None:
    refused(city, url, "there is no store", writing=False)
    refused(city, of(tmp_path / "x.db"), "there is no store", writing=False)
    assert list(tmp_path.iterdir()) == []


def test_one_process_writes_to_a_file(sqlite_store: Store, city: City) -> None:
    with pytest.raises(StoreInUseError, match=str(os.getpid())):
        open_store(of(Path(sqlite_store.place)), city)


def test_readers_work_beside_the_writer_but_cannot_write(store: Store, url: str, city: City) -> None:
    reader = open_store(url, city, writing=False)
    try:
        with reader.reading() as connection:
            assert read_meta(connection).revision == 0
        with pytest.raises(StoreError, match="reading only"), reader.writing():
            pass
        with pytest.raises(StoreError), reader.reading() as connection:
            set_meta(connection, revision=9)
    finally:
        reader.close()
    with store.reading() as connection:
        assert read_meta(connection).revision == 0


def test_a_reader_sees_one_state_throughout(store: Store) -> None:
    with store.reading() as before:
        assert read_meta(before).revision == 0
        with store.writing() as connection:
            set_meta(connection, revision=1)
        assert read_meta(before).revision == 0
    with store.reading() as after:
        assert read_meta(after).revision == 1


def test_a_closed_store_is_not_written_behind_another_ones_back(url: str, city: City) -> None:
    store = open_store(url, city)
    store.close()
    store.close()
    for door in (store.reading, store.writing):
        with pytest.raises(StoreError, match="is closed"), door():
            pass


def test_tables_and_filter_can_be_said_to_postgresql_too(city: City) -> None:
    dialect = postgresql.dialect()
    tables = [str(CreateTable(table).compile(dialect=dialect)) for table in METADATA.sorted_tables]
    assert {"meta", "event", "issue", "document"} <= METADATA.tables.keys()
    assert "BYTEA" in "".join(tables)
    everything = parse_filter(
        [("status", "CLOSED"), ("stage", "overdue"), ("q", "100%"), ("bbox", "106,26,107,27"), ("road", "-")],
        city,
        now=campaign_now,
    )
    assert "LIKE" in str(issue_rows(city, everything).compile(dialect=dialect))


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path, city: City) -> None:
    (tmp_path / "file").write_text("")
    refused(city, of(tmp_path / "file" / "x.db"), "cannot make the folder")


@pytest.mark.parametrize("bad", ["sqlite:///", "sqlite:///:memory:"])
def test_a_url_without_a_file_is_refused(city: City, bad: str) -> None:
    with pytest.raises(SettingsError, match="names no file"):
        open_store(bad, city)


def test_a_read_only_folder_is_one_sentence(city: City, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("read-only")
    open_store(of(folder / "x.db"), city).close()
    for path in (folder, *folder.parents[:2]):
        path.chmod(0o755)
    (folder / "x.db.lock").chmod(0o444)
    user = os.geteuid()
    try:
        folder.chmod(0o555)
        if user == 0:
            os.seteuid(65534)
        refused(city, of(folder / "x.db"), "cannot")
        refused(city, of(folder / "new.db"), "cannot")
    finally:
        if user == 0:
            os.seteuid(0)
        folder.chmod(0o755)


def test_a_full_disk_is_one_sentence_and_changes_nothing(sqlite_store: Store) -> None:
    store = sqlite_store
    with store.writing() as connection:
        connection.execute(text("PRAGMA max_page_count = 1"))
        pages = connection.execute(text("PRAGMA page_count")).scalar()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    big = {"seq": 1, "at": "t", "actor": "a", "kind": "k", "payload": "x" * 100_000, "prev_hash": "", "hash": "h"}
    with pytest.raises(StoreError, match="the disk is full"), store.writing() as connection:
        connection.execute(insert(EVENT).values(**big))
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM event")).scalar() == 0


def add_column(connection: object) -> None:
    connection.execute(text("ALTER TABLE visit ADD COLUMN weather TEXT"))


def fail(connection: object) -> None:
    add_column(connection)
    raise StoreError("the second step failed")


def columns_of_visit(store: Store) -> list[str]:
    with store.reading() as connection:
        return [column["name"] for column in inspect(connection).get_columns("visit")]


def test_an_older_store_is_brought_forward(store: Store) -> None:
    steps = [Migration(SCHEMA_VERSION + 1, "weather of visits", add_column)]
    with store.writing() as connection:
        migrate(connection, SCHEMA_VERSION, SCHEMA_VERSION + 1, migrations=steps)
    assert "weather" in columns_of_visit(store)
    with store.reading() as connection:
        version = connection.execute(text("SELECT value FROM meta WHERE key = 'schema_version'")).scalar()
    assert version == str(SCHEMA_VERSION + 1)


def test_a_migration_that_fails_leaves_the_store_as_it_was(store: Store) -> None:
    steps = [Migration(SCHEMA_VERSION + 1, "fails half-way", fail)]
    with pytest.raises(StoreError, match="second step"), store.writing() as connection:
        migrate(connection, SCHEMA_VERSION, SCHEMA_VERSION + 1, migrations=steps)
    assert "weather" not in columns_of_visit(store)


@pytest.mark.parametrize(("found", "wanted", "said"), [(2, 1, "newer release"), (1, 3, "cannot bring")])
def test_a_version_without_a_way_is_refused(store: Store, found: int, wanted: int, said: str) -> None:
    steps = [Migration(3, "without the second", add_column)]
    with pytest.raises(StoreError, match=said), store.writing() as connection:
        migrate(connection, found, wanted, migrations=steps)


def test_options_in_the_address_are_refused_rather_than_overlooked(tmp_path: Path, city: City) -> None:
    with pytest.raises(SettingsError, match="options after"):
        open_store(of(tmp_path / "x.db") + "?mode=ro", city)
    assert list(tmp_path.iterdir()) == []
