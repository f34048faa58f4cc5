"""Rows that come packed are the rows, whatever their order, and whichever connection brought them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import numpy as np
import orjson
import pytest
import shapely
from sqlalchemy import Connection, text

from data import table_reading
from data.runtime import Runtime
from data.table_reading import issue_stretches
from geo.city import City
from geo.errors import StoreError
from geo.issue import IssueDraft
from tests.data.conftest import runtime_of
from tests.stores import packed_reading


@pytest.fixture
def full(tmp_path: Any, city: City) -> Iterator[Runtime]:
    """Ten issues on SQLite, one of them a line."""
    runtime = runtime_of(city, f"sqlite:///{tmp_path / 'store.db'}")
    register, kind = city.campaign().default_register, city.catalogue.types[0].code
    west, south, _, _ = city.boundary.bounds
    shapes = [shapely.Point(west + 0.001 * n, south + 0.001) for n in range(9)]
    shapes.insert(4, shapely.LineString([(west, south), (west + 0.01, south + 0.01)]))
    runtime.submit([IssueDraft(register, kind, shape, description=str(shape)) for shape in shapes], actor="a")
    yield runtime
    runtime.close()


def read(runtime: Runtime, **options: Any) -> list[list[dict[str, list[Any]]]]:
    with runtime.store.reading() as connection:
        stretches = issue_stretches(connection, 1, **options)
        return [[{name: list(values) for name, values in table.items()} for table in tables] for tables in stretches]


def test_packed_rows_are_those_that_the_driver_gives(full: Runtime) -> None:
    (plain,) = read(full)
    with packed_reading():
        packed, ahead = read(full), read(full, beside=full.store.reading)
    assert packed == ahead
    assert [len(issues["row"]) for issues, _, _ in packed] == [3, 3, 3, 1]
    for at, table in enumerate(plain):
        assert {name: [*chain.from_iterable(part[at][name] for part in packed)] for name in table} == table


def test_rows_that_come_in_another_order_are_read_again_in_theirs(
    full: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = table_reading._fetched

    def backwards(connection: Connection, stretch: tuple[int, int]) -> Any:
        turned = [
            {name: orjson.dumps(orjson.loads(array)[::-1]).decode() for name, array in table.items()}
            for table in fetched(connection, stretch)
        ]
        return turned[0], turned[1]

    with packed_reading():
        expected = read(full)
        monkeypatch.setattr(table_reading, "_fetched", backwards)
        assert read(full) == expected


def test_a_connection_that_sees_another_revision_is_not_used(full: Runtime) -> None:
    @contextmanager
    def behind() -> Iterator[Connection]:
        with full.store.writing() as connection:
            connection.execute(text("UPDATE meta SET value = '0' WHERE key = 'revision'"))
            connection.execute(text("UPDATE issue SET status = 6"))
            yield connection
            connection.rollback()

    with packed_reading():
        assert read(full, beside=behind) == read(full)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("DELETE FROM issue WHERE row = 5", "gaps"),
        ("DELETE FROM transition WHERE issue_row = 5", "lacks the report"),
    ],
)
def test_missing_rows_are_one_sentence(full: Runtime, script: str, said: str, packed: bool) -> None:
    def damaged() -> None:
        with pytest.raises(StoreError, match=said):
            read(full)

    with full.store.writing() as connection:
        connection.execute(text(script))
    if packed:
        with packed_reading():
            damaged()
    else:
        damaged()


def test_an_error_on_the_way_leaves_no_thread_and_no_connection_behind(full: Runtime) -> None:
    ended: list[bool] = []

    @contextmanager
    def watched() -> Iterator[Connection]:
        try:
            with full.store.reading() as connection:
                yield connection
        finally:
            ended.append(True)

    with full.store.writing() as connection:
        connection.execute(text("DELETE FROM transition WHERE issue_row = 2"))
    with packed_reading(), pytest.raises(StoreError, match="lacks the report") as caught:
        read(full, beside=watched)
    assert caught.value is not None  # its traceback still holds every frame
    assert ended == [True]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("xunjie-reading")]


@pytest.mark.parametrize(
    "values", [[], [1, -2, 9007199254740993], [None, 1], [1.5, 2], ["a", "n"], [10**15, 0], ["1", "2"]]
)
def test_a_json_array_is_unpacked_to_its_values(values: list[Any]) -> None:
    found = table_reading._unpacked(orjson.dumps(values).decode())
    assert list(found) == values
    assert isinstance(found, np.ndarray) == (bool(values) and all(isinstance(value, int) for value in values))
