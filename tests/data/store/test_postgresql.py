"""What is PostgreSQL's own: a geometry for other clients, several writers in turn, and refusals that keep secrets."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import shapely
from sqlalchemy import Connection, create_engine, insert, inspect, select, text

from data.commands.cli import main
from data.settings import DEFAULT_CITY
from data.store import database, postgresql
from data.store.bulk_insert import insert_tuples
from data.store.database import Store, open_store, read_meta, set_meta
from data.store.engine import backend_of
from data.store.migrations import Migration, migrate
from data.store.schema import EVENT, ISSUE, SCHEMA_VERSION, TRANSITION
from data.store.verify import problems
from geo.city import City
from geo.errors import SettingsError, StoreError, StoreLostError
from geo.issue import IssueDraft, Transition
from geo.lifecycle import Status
from geo.point import InspectionPoint
from tests.data.conftest import runtime_of
from tests.data.test_runtime import CityRecords, draft, load
from tests.older_schemas import statements_back_to
from tests.postgres_server import PASSWORD, PostgresServer
from tests.small_city import CLOCK, small_city

CITY = small_city()
KNOWN = "00000000-0000-4000-8000-000000000001"
SHAPES = [
    shapely.Point(106.705, 26.605),
    shapely.LineString([(106.704, 26.604), (106.706, 26.606)]),
    shapely.Point(106.705, 26.605).buffer(0.001, quad_segs=2),
]


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    """Takes the place of the address that runs on both databases."""
    with postgres.database() as address:
        yield address


def test_other_clients_find_every_record_by_its_geometry(url: str) -> None:
    live = runtime_of(CITY, url)
    points = [InspectionPoint("P1", "市场", "market", 106.71, 26.6), InspectionPoint("P2", "公园", "park", None, None)]
    load(live, CityRecords([draft(geometry=shape) for shape in SHAPES], points))
    with live.store.reading() as connection:
        rows = connection.execute(text("SELECT wkb, ST_AsBinary(geom), ST_SRID(geom) FROM issue")).all()
        assert len(rows) == 3
        assert all(shapely.from_wkb(ours) == shapely.from_wkb(theirs) for ours, theirs, _ in rows)
        assert {srid for *_, srid in rows} == {4326}
        spots = connection.execute(text("SELECT code, ST_X(geom), ST_Y(geom) FROM point ORDER BY code")).all()
        assert spots == [("P1", 106.71, 26.6), ("P2", None, None)]
        listed = connection.execute(
            text("SELECT f_table_name, srid FROM geometry_columns WHERE f_geometry_column = 'geom'")
        ).all()
        assert sorted(listed) == [("issue", 4326), ("point", 4326)]
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.execute(
            text("EXPLAIN SELECT number FROM issue WHERE geom && ST_MakeEnvelope(106.7, 26.6, 106.8, 26.7, 4326)")
        ).scalars()
        assert "issue_geom" in " ".join(plan)
    live.close()


def test_the_geometry_follows_when_a_record_is_written_past_the_program(url: str) -> None:
    live = runtime_of(CITY, url)
    live.submit([draft()], actor="a")
    with live.store.writing() as connection:
        connection.execute(ISSUE.update().values(wkb=shapely.to_wkb(shapely.Point(1, 2))))
        assert connection.execute(text("SELECT ST_AsText(geom) FROM issue")).scalar() == "POINT(1 2)"
    live.close()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url, CITY)
    yield opened
    opened.close()


TEXTS = ["", "\\N", "\\", "tab\there", 'quote "x"', "line\nline", "'; DROP TABLE event; --", "井盖 🕳", "%s %(a)s"]


def test_copied_rows_are_the_inserted_ones(store: Store) -> None:
    rows = [(1, n, 2**62 + n, -1, 6, note, note, "") for n, note in enumerate(TEXTS)]
    with store.writing() as connection:
        insert_tuples(connection, TRANSITION, rows)
        assert [tuple(row) for row in connection.execute(select(TRANSITION).order_by(TRANSITION.c.n))] == rows


@pytest.mark.parametrize("value", [None, "text", 2**63, 1.5])
def test_a_value_that_its_column_cannot_hold_is_refused_and_nothing_is_written(store: Store, value: object) -> None:
    good = (1, 0, 0, -1, 0, "a", "", "")
    with (
        pytest.raises((StoreError, TypeError, OverflowError, ValueError)),
        store.writing() as connection,
    ):
        insert_tuples(connection, TRANSITION, [good, (2, 0, value, -1, 0, "a", "", "")])
    with store.reading() as connection:
        assert connection.execute(select(TRANSITION)).all() == []


@pytest.mark.parametrize("statement", ["TRUNCATE event", "UPDATE event SET actor = 'x' WHERE false"])
def test_the_log_is_guarded_in_the_database_itself(store: Store, url: str, statement: str) -> None:
    row = {"seq": 1, "at": "t", "actor": "a", "kind": "k", "payload": "{}", "prev_hash": "", "hash": "h"}
    with store.writing() as connection:
        connection.execute(insert(EVENT).values(**row))
    with pytest.raises(StoreError, match="refuses to change its event log"), store.writing() as connection:
        connection.exec_driver_sql(statement)


def test_a_commit_is_on_disk_even_where_the_server_is_told_otherwise(postgres: PostgresServer, url: str) -> None:
    postgres.administer(f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off")
    store = open_store(url, CITY)
    with store.writing() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
    store.close()


def test_reading_connections_change_nothing(store: Store) -> None:
    with pytest.raises(StoreError, match="read-only"), store.reading() as connection:
        set_meta(connection, revision=1)


def test_many_programs_that_start_at_once_make_one_store(url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: open_store(url, CITY), range(6)))
    with stores[0].reading() as connection:
        assert read_meta(connection).revision == 0
    for store in stores:
        store.close()


def add_weather(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE visit ADD COLUMN weather TEXT"))


def test_many_programs_that_start_at_once_bring_an_older_store_forward_once(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = runtime_of(CITY, url)
    newer = SCHEMA_VERSION + 1
    steps = [
        Migration(newer, "weather of visits", lambda c: c.execute(text("ALTER TABLE visit ADD COLUMN weather TEXT")))
    ]
    monkeypatch.setattr(database, "migrate", lambda *versions: migrate(*versions, migrations=steps))
    with monkeypatch.context() as newer_program:
        newer_program.setattr(database, "SCHEMA_VERSION", newer)
        with ThreadPoolExecutor(4) as pool:
            stores = list(pool.map(lambda _: open_store(url, CITY), range(4)))
        with stores[0].reading() as connection:
            assert "weather" in [column["name"] for column in inspect(connection).get_columns("visit")]
            assert read_meta(connection).schema == newer
    with pytest.raises(StoreError, match="newer release"):
        running.submit([draft()], actor="a")
    for opened in (*stores, running):
        opened.close()


def test_writers_take_turns_and_the_chain_stays_whole(url: str) -> None:
    programs = [runtime_of(CITY, url) for _ in range(3)]
    start = threading.Barrier(3)

    def write(live: object) -> None:
        start.wait()
        for _ in range(10):
            live.submit([draft()], actor="a")

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, programs))
    with programs[0].store.reading() as connection:
        assert problems(connection, CITY) == []
        assert read_meta(connection).revision == 30
        numbers = connection.execute(select(ISSUE.c.number).order_by(ISSUE.c.row)).scalars().all()
    assert numbers == [f"SC-{n:05d}" for n in range(1, 31)]
    for live in programs:
        live.close()


def test_one_uuid_sent_to_several_programs_is_written_once(url: str) -> None:
    programs = [runtime_of(CITY, url) for _ in range(3)]
    same = draft()
    start = threading.Barrier(3)

    def send(live: object) -> bool:
        start.wait()
        return live.submit([same], actor="a")[0].created

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(send, programs)) == [False, False, True]
    for live in programs:
        live.close()


def test_who_waits_too_long_for_another_writer_is_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "_SETTINGS", ("lock_timeout = '100ms'",))
    first, second = open_store(url, CITY), open_store(url, CITY)
    with first.writing(), pytest.raises(StoreError, match="written by another process"), second.writing():
        pass
    with second.writing() as connection:
        set_meta(connection, revision=1)
    first.close()
    second.close()


def test_a_program_with_older_layers_does_not_write_among_newer_ones(url: str) -> None:
    old = runtime_of(CITY, url)
    old.submit([draft()], actor="a")
    new_city = replace(CITY, layer_version="small-2")
    new = runtime_of(new_city, url)
    with pytest.raises(StoreError, match="layers of the city were replaced"):
        old.submit([draft()], actor="a")
    assert new.submit([draft()], actor="a")[0].revision == 3
    with new.store.reading() as connection:
        assert problems(connection, new_city) == []
    old.close()
    new.close()


# Refusals: one sentence, and never the password.


@pytest.fixture
def refusal(caplog: pytest.LogCaptureFixture) -> Iterator[object]:
    """Opens a store and gives the sentence it was refused with."""
    caplog.set_level(logging.DEBUG)

    def refused(url: str, city: City = CITY) -> str:
        with pytest.raises(StoreError) as caught:
            open_store(url, city)
        chain, error = [], caught.value
        while error is not None:
            chain.append(f"{error!r} {error}")
            error = error.__cause__ or error.__context__
        assert PASSWORD not in " ".join(chain)
        assert "wrong-secret" not in " ".join(chain)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    yield refused
    assert PASSWORD not in caplog.text
    assert "wrong-secret" not in caplog.text


def test_a_wrong_password_is_told_without_it(postgres: PostgresServer, refusal: object) -> None:
    url = postgres.url("postgres", password="wrong-secret")
    assert "refuses the user or the password" in refusal(url)


def test_an_unknown_database_is_told(postgres: PostgresServer, refusal: object) -> None:
    assert "no database of that name" in refusal(postgres.url("nowhere"))


def test_a_server_that_is_away_is_told(postgres: PostgresServer, refusal: object) -> None:
    url = postgres.url("x").replace(str(postgres.port), "1")
    assert "cannot be reached" in refusal(url)
    with pytest.raises(StoreLostError):
        open_store(url, CITY)


def test_a_database_without_postgis_says_what_to_do(postgres: PostgresServer, refusal: object) -> None:
    url = postgres.fresh_database(postgis=False)
    assert "CREATE EXTENSION postgis" in refusal(url)
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    postgres.drop(url)


def test_a_database_of_another_encoding_is_refused(postgres: PostgresServer, refusal: object) -> None:
    postgres.administer("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    assert "UTF-8" in refusal(postgres.url("latin"))


def test_a_user_who_may_not_make_tables_is_told(postgres: PostgresServer, refusal: object) -> None:
    with postgres.database() as url:
        postgres.administer(f"ALTER DATABASE {url.rpartition('/')[2]} OWNER TO postgres")
        assert "make it the owner" in refusal(url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_messages_name_the_database_and_its_host_alone(scheme: str) -> None:
    backend = backend_of(f"{scheme}://user:secret@db.example:5433/xunjie?sslmode=require")
    assert backend.place == "xunjie at db.example:5433"


@pytest.mark.parametrize(
    "bad",
    [
        "postgresql+psycopg://u:secret@h",
        "postgresql+psycopg://u:secret@h:x/d",
        "postgresql+psycopg://u:secret@h/d?password=secret",
        "postgresql+psycopg2://u:secret@h/d",
        "mysql://u:secret@h/d",
        "secret",
    ],
)
def test_an_address_that_cannot_be_used_is_not_repeated(bad: str) -> None:
    with pytest.raises(SettingsError) as caught:
        backend_of(bad)
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_personal_words_of_a_refused_statement_do_not_reach_the_message(store: Store) -> None:
    row = (1, 0, 0, -1, 0, "a", "private words", None)
    with pytest.raises(StoreError, match="evidence") as caught, store.writing() as connection:
        insert_tuples(connection, TRANSITION, [row])
    assert "private words" in str(caught.value.__cause__), "the server repeats the row"
    assert "private words" not in str(caught.value)


def test_drafts_are_the_same_records_on_both_databases(url: str, tmp_path: object) -> None:
    drafts: list[IssueDraft] = [draft(geometry=shape, description=note) for shape in SHAPES for note in ("", "井盖")]
    logs = []
    for address in (f"sqlite:///{tmp_path / 'x.db'}", url):
        live = runtime_of(CITY, address)
        load(live, CityRecords(drafts, bulk=False))
        with live.store.reading() as connection:
            logs.append([tuple(row) for row in connection.execute(select(EVENT).order_by(EVENT.c.seq))])
            logs.append([tuple(row) for row in connection.execute(select(ISSUE).order_by(ISSUE.c.row))])
        live.close()
    assert logs[:2] == logs[2:]


@pytest.mark.parametrize("schema", [1, 2])
def test_a_store_of_an_older_schema_is_brought_forward(url: str, schema: int) -> None:
    """As the migrations find it: without documents; the first one without versions and UUIDs of changes too."""
    live = runtime_of(CITY, url)
    live.submit([draft(history=(Transition(Status.ACCEPTED, CLOCK, "commander"),)), draft()], actor="a")
    if schema == 2:
        live.change("SC-00001", 2, Status.FILED, actor="c", client_uuid=KNOWN)
    live.close()
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements_back_to(schema, dialect="postgresql"):
            connection.exec_driver_sql(statement)
    engine.dispose()
    live = runtime_of(CITY, url)
    with live.store.reading() as connection:
        assert connection.execute(select(ISSUE.c.version).order_by(ISSUE.c.row)).scalars().all() == [schema + 1, 1]
        assert problems(connection, CITY) == []
    if schema == 2:
        again = live.change("SC-00001", 2, Status.FILED, actor="c", client_uuid=KNOWN)
        assert (again.version, again.created) == (3, False)
    assert live.submit([draft()], actor="a")[0].number == "SC-00003"
    live.close()


@pytest.mark.slow
def test_a_made_up_city_is_loaded_in_blocks(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    environment = {"XUNJIE_DATABASE_URL": url, "XUNJIE_CITY": str(DEFAULT_CITY.parent / "wuhan")}
    assert main(["demo", "--city", "wuhan", "--issues", "3000"], environment) == 0
    assert main(["verify"], environment) == 0
    assert main(["demo", "--city", "wuhan", "--issues", "3000"], environment) == 1
    assert "not empty" in capsys.readouterr().err
