"""A store that someone altered by hand: verify says what and where, and no reader falls over it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, create_engine, delete, insert, select, update

from data.catching_up import read_snapshot
from data.runtime import Runtime
from data.store.database import open_store
from data.store.events import Kind, event_hash
from data.store.head import head_of, head_problem
from data.store.schema import EVENT, SCHEMA_VERSION
from data.store.verify import problems
from geo.city import City
from geo.errors import StoreError
from geo.issue import IssueDraft
from tests.data.conftest import runtime_of
from tests.data.test_laws_of_the_store import act_on_one
from tests.data.test_runtime import draft
from tests.lawful_acts import moving_clock
from tests.stores import packed_reading

GUARD = "event_append_only"


@pytest.fixture
def tampered(url: str, city: City) -> str:
    """A store of three issues."""
    fill(url, city)
    return url


@pytest.fixture
def file(tmp_path: Path, city: City) -> str:
    """The same as a SQLite file, whose columns take values of any type."""
    fill(f"sqlite:///{tmp_path / 'store.db'}", city)
    return f"sqlite:///{tmp_path / 'store.db'}"


def fill(url: str, city: City) -> None:
    live = runtime_of(city, url)
    kind = city.catalogue.types[0].code
    for name in "abc":
        place = shapely.Point(106.705, 26.605)
        live.submit([IssueDraft(city.campaign().default_register, kind, place, description=name)], actor="a")
    live.close()


@contextmanager
def tampering(url: str) -> Iterator[Connection]:
    """A connection of the owner of the store, past our program; the log's guard is away meanwhile, and back after."""
    engine = create_engine(url)
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all()
            before = [f"DROP TRIGGER {name}" for name, _ in found]
            after = [sql for _, sql in found]
        else:
            before = [f"ALTER TABLE event DISABLE TRIGGER {GUARD}"]
            after = [f"ALTER TABLE event ENABLE TRIGGER {GUARD}"]
        for statement in before:
            connection.exec_driver_sql(statement)
        yield connection
        for statement in after:
            connection.exec_driver_sql(statement)
    engine.dispose()


def altered(url: str, script: str) -> None:
    with tampering(url) as connection:
        for statement in script.split("; "):
            connection.exec_driver_sql(statement)


def found(url: str, city: City) -> str:
    store = open_store(url, city, writing=False)
    try:
        with store.reading() as connection:
            return "; ".join(problems(connection, city))
    finally:
        store.close()


def rechained(url: str, change: Callable[[list[object]], None]) -> None:
    """Alter the second event and give the log hashes that fit, as only someone with our code could."""
    with tampering(url) as connection:
        rows = [list(row) for row in connection.execute(select(EVENT).order_by(EVENT.c.seq))]
        change(rows[1])
        last = "0" * 64
        connection.execute(delete(EVENT))
        for row in rows:
            row[6], row[7] = last, event_hash(last, *row[:6])
            last = row[7]
            connection.execute(insert(EVENT).values(row))


def test_a_sound_store_has_no_problems(tampered: str, city: City) -> None:
    assert found(tampered, city) == ""


@pytest.mark.parametrize(
    ("script", "seq"),
    [
        ("UPDATE event SET payload = replace(payload, '\"b\"', '\"x\"') WHERE seq = 2", 2),
        *((f"UPDATE event SET {name} = 'z' WHERE seq = 2", 2)
          for name in ("issue_id", "at", "actor", "kind", "payload", "prev_hash", "hash")),
        ("DELETE FROM event WHERE seq = 1", 1),
        ("DELETE FROM event WHERE seq = 2", 2),
        ("UPDATE event SET seq = 5 WHERE seq = 3", 3),
        ("INSERT INTO event SELECT 4, issue_id, at, actor, kind, payload, hash, hash FROM event WHERE seq = 3", 4),
        ("INSERT INTO event SELECT 0, issue_id, at, actor, kind, payload, hash, hash FROM event WHERE seq = 3", 1),
        ("UPDATE event SET seq = 9 WHERE seq = 1; UPDATE event SET seq = 1 WHERE seq = 2; "
         "UPDATE event SET seq = 2 WHERE seq = 9", 1),
        ("UPDATE event SET seq = 9 WHERE seq = 2; UPDATE event SET seq = 2 WHERE seq = 3; "
         "UPDATE event SET seq = 3 WHERE seq = 9", 2),
    ],
)  # fmt: skip
def test_an_altered_log_is_found_and_its_first_bad_event_named(
    tampered: str, city: City, script: str, seq: int
) -> None:
    altered(tampered, script)
    assert f"the event log is broken at event {seq}:" in found(tampered, city)


def long_log(live: Runtime) -> int:
    """A log with every kind of event that a running program writes; how many there are."""
    with moving_clock():
        live.submit([draft(reporter_name="somebody") for _ in range(4)], actor="a")
        live.submit([draft()], actor="import", imported=True)
        for step in range(40):
            act_on_one(live, step % 5, 7 * step)
        units = [{"code": "D1", "kind": "department", "name": {"zh": "一", "en": "One"}}]
        for version in range(2):
            content = {"units": units, "rules": []}
            known = {"client_uuid": str(uuid.uuid4()), "actor": "a"}
            live.put_document("organisation", "current", content, version, **known)
        [standing] = live.snapshot.records.standings(np.array([0]))
        live.erase_person(standing.reporter, actor="a")
    with live.store.reading() as connection:
        kinds = set(connection.execute(select(EVENT.c.kind)).scalars())
    assert kinds == set(Kind) - {Kind.POINT_ADDED, Kind.VISIT_RECORDED, Kind.LAYERS_CHANGED}
    return live.snapshot.seq


COLUMNS = ("issue_id", "at", "actor", "kind", "payload", "prev_hash", "hash")


def tamper(connection: Connection, how: str, seq: int, other: int, column: str, last: int) -> int:
    """Do one thing to the row `seq` of the log; the first event that is then not what was written."""
    e = EVENT.c
    rows = {row.seq: list(row) for row in connection.execute(select(EVENT).where(e.seq.in_((seq, other))))}

    def renumbered(now: int, then: int) -> None:
        connection.execute(update(EVENT).where(e.seq == now).values(seq=then))

    match how:
        case "edit":
            value = rows[seq][[c.name for c in EVENT.c].index(column)]
            connection.execute(update(EVENT).where(e.seq == seq).values({column: f"{value}x"}))
            return seq
        case "delete":
            connection.execute(delete(EVENT).where(e.seq == seq))
            return seq
        case "swap":
            for now, then in ((seq, -1), (other, seq), (-1, other)):
                renumbered(now, then)
            return min(seq, other)
        case "move":
            renumbered(seq, last + 9)
            return seq
    for now in range(last, seq, -1):  # insert a copy of `other` behind `seq`
        renumbered(now, now + 1)
    connection.execute(insert(EVENT).values([seq + 1, *rows[other][1:]]))
    return seq + 1 + (other == seq + 1)  # that one's copy in its own place is it; the original behind is one too many


def test_whatever_is_done_to_any_row_of_the_log_is_found_and_its_event_named(
    live: Runtime, url: str, city: City, soak: bool
) -> None:
    """Edited in any column, deleted, swapped with any other, moved, or copied behind any."""
    last, rng = long_log(live), np.random.default_rng(7)
    live.close()
    store = open_store(url, city, writing=False)
    with store.reading() as connection:
        assert problems(connection, city) == []
        head = head_of(connection)
    store.close()
    every = [("edit", seq, seq, column) for seq in range(1, last + 1) for column in COLUMNS]
    every += [(how, seq, seq, "") for how in ("delete", "move") for seq in range(1, last + 1)]
    pairs = [(a, b) for a in range(1, last + 1) for b in range(1, last + 1) if a != b]
    every += [(how, a, b, "") for how in ("swap", "insert") for a, b in pairs]
    chosen = rng.choice(len(every), 1_000 if soak else 30, replace=False)
    for how, seq, other, column in (every[at] for at in chosen):
        with rolled_back(url) as connection:
            first = tamper(connection, how, seq, other, column, last)
            found = "; ".join(problems(connection, city))
            cut = head_problem(connection, head)
            if (how, seq) == ("delete", last):  # what is left is a chain: the rows show it, and an earlier head
                assert found
                assert f"cut off at event {last}" in str(cut)
            else:
                assert f"the event log is broken at event {first}:" in found, (how, seq, other, column)


@contextmanager
def rolled_back(url: str) -> Iterator[Connection]:
    """As `tampering`, and what is done is undone with the block."""
    engine = create_engine(url)
    with engine.connect() as connection, connection.begin() as transaction:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")  # the driver begins by itself only before what changes rows
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql(f"ALTER TABLE event DISABLE TRIGGER {GUARD}")
        yield connection
        transaction.rollback()
    engine.dispose()


def test_bytes_in_the_place_of_text_are_found(file: str, city: City) -> None:
    altered(file, "UPDATE event SET payload = x'00ff' WHERE seq = 2")
    assert "the event log is broken at event" in found(file, city)


@pytest.mark.parametrize(("position", "value"), [(4, "zzz"), (5, "{}"), (5, "no json")])
def test_an_event_that_is_none_of_ours_is_found_though_its_hash_fits(
    tampered: str, city: City, position: int, value: str
) -> None:
    rechained(tampered, lambda row: row.__setitem__(position, value))
    assert found(tampered, city) != ""


@pytest.mark.parametrize("key", ["revision", "last_number"])
def test_a_counter_that_lies_behind_the_log_is_found(tampered: str, city: City, key: str) -> None:
    altered(tampered, f"UPDATE meta SET value = '1' WHERE key = '{key}'")
    assert f"{key} is 1, but its log has reached 3" in found(tampered, city)


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE issue SET lon = lon + 1e-9 WHERE number = 'SC-00002'",
        "UPDATE issue SET status = 6 WHERE number = 'SC-00002'",
        "UPDATE issue SET wkb = (SELECT wkb FROM issue WHERE number = 'SC-00001'), synthetic = NOT synthetic",
        "UPDATE transition SET note = 'x' WHERE issue_row = 2",
        "DELETE FROM transition WHERE issue_row = 2",
        "DELETE FROM issue WHERE number = 'SC-00002'",
    ],
)
def test_a_row_that_is_not_what_the_log_makes_is_found(tampered: str, city: City, script: str) -> None:
    altered(tampered, script)
    assert "the log makes" in found(tampered, city)


def test_a_missing_or_meaningless_entry_of_meta_is_one_sentence_to_a_reader(tampered: str, city: City) -> None:
    for script in (
        "UPDATE meta SET value = '{' WHERE key = 'rejects'",
        "UPDATE meta SET value = 'abc' WHERE key = 'last_number'",
        "DELETE FROM meta WHERE key = 'revision'",
    ):
        altered(tampered, script)
        damaged_to_a_reader(tampered, city)


@pytest.mark.parametrize(
    "script", ["UPDATE issue SET lon = 'abc' WHERE row = 2", "UPDATE issue SET status = 'abc' WHERE row = 2"]
)
def test_a_value_of_another_type_is_one_sentence_to_a_reader(file: str, city: City, script: str) -> None:
    altered(file, script)
    damaged_to_a_reader(file, city)
    with packed_reading():
        damaged_to_a_reader(file, city)


@pytest.mark.parametrize(("column", "value"), [("is_point", "x'00'"), ("type", "x'00'"), ("due_us", "'soon'")])
def test_bytes_or_words_in_a_column_that_is_read_packed_are_one_sentence(
    file: str, city: City, column: str, value: str
) -> None:
    altered(file, f"UPDATE issue SET {column} = {value} WHERE row = 2")
    with packed_reading():
        damaged_to_a_reader(file, city)


def damaged_to_a_reader(url: str, city: City) -> None:
    store = open_store(url, city, writing=False)
    try:
        with pytest.raises(StoreError, match="damaged") as caught:
            read_snapshot(store, city)
    finally:
        store.close()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("UPDATE meta SET value = '7' WHERE key = 'revision'", "meta of the store is damaged"),
        ("UPDATE meta SET value = '[ ]' WHERE key = 'rejects'", "meta of the store is damaged"),
        ("UPDATE meta SET key = 'seam' WHERE key = 'seal'", "is not sealed"),
        ("INSERT INTO meta VALUES ('more', '1')", "meta of the store is damaged"),
        ("UPDATE transition SET n = 4 WHERE issue_row = 1", "transition"),
        ("DELETE FROM transition WHERE issue_row = 3", "the table transition has 2 rows, the log makes 3"),
        ("INSERT INTO issue_share VALUES (1, 'segment', 's1', 1.0)", "issue_share"),
        ("INSERT INTO visit VALUES (1, 'v', 'p', 0, 'visit', true, NULL, '')", "the table visit has 1 row"),
    ],
)
def test_a_changed_value_is_found_wherever_it_stands(tampered: str, city: City, script: str, said: str) -> None:
    altered(tampered, script)
    assert said in found(tampered, city)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("DROP INDEX issue_number", "tables, indexes or triggers"),
        ("CREATE TRIGGER t AFTER INSERT ON event BEGIN SELECT 1; END", "tables, indexes or triggers"),
        ("UPDATE issue SET is_point = x'' WHERE row = 1", "is_point"),
        ("UPDATE issue SET rework = x'' WHERE row = 1", "rework"),
        ("UPDATE issue SET description = x'61' WHERE row = 1", "description"),
    ],
)
def test_a_change_that_only_a_file_can_suffer_is_found(file: str, city: City, script: str, said: str) -> None:
    with tampering(file) as connection:
        connection.exec_driver_sql(script)
    assert said in found(file, city)


def test_damage_is_not_sealed_anew_by_the_next_write(tampered: str, city: City) -> None:
    altered(tampered, "UPDATE meta SET value = '[ ]' WHERE key = 'rejects'")
    with pytest.raises(StoreError, match="meta of the store is damaged"):
        open_store(tampered, city)


def test_a_store_of_before_the_seal_is_sealed_when_it_is_opened(tampered: str, city: City) -> None:
    altered(tampered, "DELETE FROM meta WHERE key IN ('seal', 'tables')")
    assert "is not sealed" in found(tampered, city)
    open_store(tampered, city).close()
    assert found(tampered, city) == ""


def test_a_reader_of_a_newer_store_is_told_to_use_a_newer_program(tampered: str, city: City) -> None:
    altered(tampered, f"UPDATE meta SET value = '{SCHEMA_VERSION + 1}' WHERE key = 'schema_version'")
    with pytest.raises(StoreError, match="newer release"):
        open_store(tampered, city, writing=False)
