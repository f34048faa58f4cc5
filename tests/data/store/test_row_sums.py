"""Rows that do not follow from the log are as the program last wrote them, or `verify` says so."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    Table,
    create_engine,
    delete,
    insert,
    or_,
    select,
    update,
)

from data.runtime import Runtime
from data.store.database import Store
from data.store.meta_seal import SUMS
from data.store.row_sums import SUMMED, insert_summed, make_sums, problem
from data.store.schema import META
from data.store.tables import METADATA
from data.store.verify import problems
from geo.city import City
from tests.data.test_personal_data import reported

FOLLOWS_FROM_THE_LOG = {
    *("document", "issue", "issue_change", "issue_past", "issue_past_share", "issue_photo", "issue_share"),
    *("point", "transition", "visit"),
}
SEALED_OR_CHAINED = {"access_checkpoint", "access_entry", "event", "meta", "photo", "photo_upload"}
NUMBERS = (BigInteger, Integer)


def value_for(column: Column[Any], dice: random.Random) -> object:
    """A value that the column takes."""
    if column.nullable and not column.primary_key and dice.random() < 0.3:
        return None
    if isinstance(column.type, Boolean):
        return dice.random() < 0.5
    if isinstance(column.type, NUMBERS):
        return dice.randrange(1, 1 << 50) if isinstance(column.type, BigInteger) else dice.randrange(100)
    return dice.choice(["", "甲", "a'b"]) + str(dice.randrange(10**9))


def row_for(table: Table, dice: random.Random) -> dict[str, object]:
    return {column.name: value_for(column, dice) for column in table.columns}


def written_at_random(connection: Connection, table: Table, dice: random.Random) -> None:
    """One statement: rows in, singly or several at once or by the driver, others changed or taken out."""
    rows = [row_for(table, dice) for _ in range(dice.randint(1, 3))]
    keys = [tuple(row) for row in connection.execute(select(*table.primary_key.columns))]
    chosen = dice.sample(keys, min(len(keys), dice.randint(0, 2)))
    mine = [column == value for key in chosen for column, value in zip(table.primary_key.columns, key, strict=True)]
    free = dice.choice([column for column in table.columns if not column.primary_key])
    match dice.randrange(6):
        case 0:
            connection.execute(insert(table).values(**rows[0]))
        case 1:
            connection.execute(insert(table), rows)
        case 2:
            insert_summed(connection, table, rows)
        case 3:
            # By a condition on the very column that it changes: those rows are no longer found by it.
            connection.execute(update(table).where(free.is_not(None)).values({free: value_for(free, dice)}))
        case 4:
            connection.execute(update(table).where(or_(False, *mine)).values({free: value_for(free, dice)}))
        case _:
            connection.execute(delete(table).where(or_(False, *mine)))


def sums_of(store: Store) -> object:
    with store.reading() as connection:
        assert problem(connection) is None
        return connection.execute(select(META.c.value).where(META.c.key == SUMS)).scalar()


def test_whatever_a_transaction_does_the_sums_are_those_of_the_rows(store: Store) -> None:
    dice = random.Random(20210824)
    for _ in range(40):
        with store.writing() as connection:
            for _ in range(dice.randint(1, 4)):
                written_at_random(connection, dice.choice(SUMMED), dice)
        sums_of(store)
    with store.reading() as connection:
        assert all(connection.execute(select(table).limit(1)).first() for table in SUMMED)
    before = sums_of(store)
    with suppress(ZeroDivisionError), store.writing() as connection:
        written_at_random(connection, SUMMED[0], dice)
        raise ZeroDivisionError
    assert sums_of(store) == before


@contextmanager
def by_another_hand(url: str) -> Iterator[Connection]:
    """A connection past our program."""
    engine = create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def said(store: Store) -> str:
    with store.reading() as connection:
        return problem(connection) or ""


def other_value(column: Column[Any], value: Any) -> object:
    if value is None:
        return 7 if isinstance(column.type, NUMBERS) else "7"
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else value + "x"


@pytest.mark.parametrize("table", SUMMED, ids=lambda table: table.name)
def test_a_value_changed_by_another_is_found_in_every_column_and_no_later_write_hides_it(
    store: Store, url: str, table: Table
) -> None:
    dice = random.Random(1958)
    with store.writing() as connection:
        connection.execute(insert(table), [row_for(table, dice) for _ in range(3)])
    named = f"the table {table.name} is not as this program last wrote it"
    keys = list(table.primary_key.columns)
    for column in table.columns:
        with by_another_hand(url) as connection:
            row = connection.execute(select(table)).mappings().first()
            assert row is not None
            other = dict(row) | {column.name: other_value(column, row[column.name])}
            connection.execute(update(table).where(*(key == row[key.name] for key in keys)).values(other))
        assert named in said(store), column.name
        with store.writing() as connection:
            connection.execute(insert(table).values(**row_for(table, dice)))
        assert named in said(store), column.name
        with by_another_hand(url) as connection:
            connection.execute(update(table).where(*(key == other[key.name] for key in keys)).values(dict(row)))
        assert said(store) == ""
    with by_another_hand(url) as connection:
        connection.execute(delete(table).where(keys[0] == row[keys[0].name]))
    assert named in said(store)


def test_every_table_is_accounted_for() -> None:
    """Who adds a table says how a flipped byte in it is found."""
    summed = {table.name for table in SUMMED}
    assert summed | FOLLOWS_FROM_THE_LOG | SEALED_OR_CHAINED == set(METADATA.tables)
    assert not summed & (FOLLOWS_FROM_THE_LOG | SEALED_OR_CHAINED)


def test_a_reporters_phone_that_was_changed_is_found(live: Runtime, url: str, city: City) -> None:
    issue = reported(live)
    with live.store.reading() as connection:
        assert problems(connection, city) == []
    with by_another_hand(url) as connection:
        connection.exec_driver_sql("UPDATE personal SET value = '13900001112-canary' WHERE kind = 'phone'")
    with live.store.reading() as connection:
        assert problems(connection, city) == [
            "the table personal is not as this program last wrote it; restore a backup"
        ]
    live.erase_person(live.snapshot.events(0)[0].actor, actor="a-1")
    assert "personal" in said(live.store), issue


def test_a_store_without_sums_gets_them_once_and_keeps_those_it_has(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(delete(META).where(META.c.key == SUMS))
    assert "has no sums" in said(store)
    with store.writing() as connection:
        make_sums(connection)
    before = sums_of(store)
    with store.writing() as connection:
        connection.exec_driver_sql("INSERT INTO notice_seen VALUES ('a', 1, 1)")
        make_sums(connection)
    assert "notice_seen" in said(store), "what is there is never summed anew"
    with store.writing() as connection:
        make_sums(connection, anew=True)
    assert sums_of(store) != before
