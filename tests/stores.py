"""Where tests keep their stores: a SQLite file, or a database of the temporary PostGIS; the same tests run on both."""

from __future__ import annotations

import atexit
import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final, Protocol

import pytest

from data import table_reading
from data.settings import Settings
from geo.city import City
from tests.memory_disk import quick_folder
from tests.postgres_server import PostgresServer
from tests.ready_stores import empty_file, make_demo, make_empty, put_demo

BACKENDS: Final = ("sqlite", pytest.param("postgis", marks=(pytest.mark.postgis, pytest.mark.slow)))
"""What a fixture is parametrised by. The second is repetition, and therefore `slow`."""


@contextmanager
def packed_reading() -> Iterator[None]:
    """Inside, stores of any size are read in stretches of three rows, as large ones are in larger."""
    before = table_reading.PACKED_FROM, table_reading.ROWS_AT_ONCE
    table_reading.PACKED_FROM, table_reading.ROWS_AT_ONCE = 0, 3
    try:
        yield
    finally:
        table_reading.PACKED_FROM, table_reading.ROWS_AT_ONCE = before


@cache
def _left_with_the_run() -> Path:
    """A folder that goes with the process."""
    folder = quick_folder()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _apart(url: str, name: str) -> Path | None:
    """Where the files (`name`: photos, columns) of a store on a server lie in tests: in a folder that goes with the
    process. None for a SQLite file, which has its own beside it."""
    if url.startswith("sqlite"):
        return None
    return _left_with_the_run() / name / url.rpartition("/")[2]


def settings_of(url: str) -> Settings:
    """What a program opens that store with, and keeps nothing of it in the project."""
    return Settings(database_url=url, photos=_apart(url, "photos"), columns=_apart(url, "columns"))


def environment_of(url: str) -> dict[str, str]:
    """The same as variables of the environment."""
    folders = {"XUNJIE_PHOTOS": _apart(url, "photos"), "XUNJIE_COLUMNS": _apart(url, "columns")}
    return {"XUNJIE_DATABASE_URL": url} | {name: str(folder) for name, folder in folders.items() if folder is not None}


class Stores(Protocol):
    """Hands out addresses for XUNJIE_DATABASE_URL."""

    def fresh(self) -> str:
        """The address of a store that is not there yet; it is removed with its test at the latest."""

    def made(self, city: City) -> str:
        """The address of an empty store of `city`, as `open_store` has made it (a copy: making one takes longer)."""

    def demo(self) -> str:
        """The address of a store with Yunyan's demo (a copy)."""

    def remove(self, url: str) -> None:
        """Take a store away, as if it had never been."""


class SqliteStores:
    """Files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()

    def fresh(self) -> str:
        return f"sqlite:///{self._folder / f'store-{next(self._numbers)}.db'}"

    def made(self, city: City) -> str:
        url = self.fresh()
        shutil.copy(empty_file(city), url.removeprefix("sqlite:///"))
        return url

    def demo(self) -> str:
        url = self.fresh()
        put_demo(Path(url.removeprefix("sqlite:///")))
        return url

    def remove(self, url: str) -> None:
        name = Path(url.removeprefix("sqlite:///"))
        for path in name.parent.glob(f"{name.name}*"):
            path.unlink()


class PostgisStores:
    """Databases of one server; what is left at the end goes with the server."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    def fresh(self) -> str:
        return self._server.fresh_database()

    def made(self, city: City) -> str:
        return self._server.copied_database(
            f"empty {city.code} {city.layer_version}", lambda url: make_empty(url, city)
        )

    def demo(self) -> str:
        return self._server.copied_database("demo", make_demo)

    def remove(self, url: str) -> None:
        self._server.drop(url)


@contextmanager
def stores_of(backend: str, request: pytest.FixtureRequest) -> Iterator[Stores]:
    """The stores of `backend`; the PostGIS server is started (or the test skipped) only where it is asked for."""
    if backend != "sqlite":
        yield PostgisStores(request.getfixturevalue("postgres"))
        return
    folder = quick_folder()
    try:
        yield SqliteStores(folder)
    finally:
        shutil.rmtree(folder)


@contextmanager
def fresh_store(stores: Stores) -> Iterator[str]:
    """The address of a store that is not there yet, for as long as the block lasts."""
    url = stores.fresh()
    try:
        yield url
    finally:
        stores.remove(url)


@contextmanager
def made_store(stores: Stores, city: City) -> Iterator[str]:
    """The address of an empty store of `city`, for as long as the block lasts."""
    url = stores.made(city)
    try:
        yield url
    finally:
        stores.remove(url)


@contextmanager
def demo_store(stores: Stores) -> Iterator[str]:
    """The address of a store with Yunyan's demo, for as long as the block lasts."""
    url = stores.demo()
    try:
        yield url
    finally:
        stores.remove(url)
