"""Stores that a process of tests makes once and copies: an empty one of a city, and the one with Yunyan's demo.

Making the tables, and above all the demo, takes far longer than a copy. How they are made is tested by tests that make
them: they take the address of a store that is not there yet.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from data.runtime import open_runtime
from data.settings import DEFAULT_CITY, Settings
from data.store.database import open_store
from geo.city import City
from tests.memory_disk import quick_folder


def make_empty(url: str, city: City) -> None:
    """Make the store at `url`, and leave it empty."""
    open_store(url, city).close()


def make_demo(url: str) -> None:
    """Make the store at `url` with Yunyan's demo in it."""
    open_runtime(Settings(database_url=url, city_folder=DEFAULT_CITY)).close()


def empty_file(city: City) -> Path:
    """The file of an empty store of `city`, to be copied."""
    return _empty_file(_Named(city))


def put_demo(file: Path) -> str:
    """Put a store with Yunyan's demo at `file`, as the program leaves one; its address."""
    made = _demo_file()
    for suffix in ("", ".seal"):
        shutil.copy(f"{made}{suffix}", f"{file}{suffix}")
    return f"sqlite:///{file}"


class _Named:
    """A city by what an empty store knows of it."""

    def __init__(self, city: City) -> None:
        self.city = city
        self._name = (city.code, city.layer_version)

    def __hash__(self) -> int:
        return hash(self._name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Named) and self._name == other._name


@cache
def _folder() -> Path:
    """Goes with the process."""
    folder = quick_folder()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _empty_file(named: _Named) -> Path:
    file = Path(tempfile.mkdtemp(dir=_folder())) / "empty.db"
    make_empty(f"sqlite:///{file}", named.city)
    return file


@cache
def _demo_file() -> Path:
    file = _folder() / "demo.db"
    make_demo(f"sqlite:///{file}")
    return file
