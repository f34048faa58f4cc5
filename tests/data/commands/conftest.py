"""The commands on a store of Yunyan's layers in a temporary folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data.commands.cli import main
from data.settings import DEFAULT_CITY
from tests.stores import Stores, environment_of, fresh_store

Run = Callable[..., int]


@pytest.fixture
def city_folder(tmp_path: Path) -> Path:
    """Yunyan's layers without its demo, so that a store of it opens at once."""
    folder = tmp_path / "city"
    shutil.copytree(DEFAULT_CITY, folder)
    toml = folder / "city.toml"
    text = toml.read_text(encoding="utf-8").replace('[demo]\nloader = "yunyan"\n', "")
    toml.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def run(url: str, city_folder: Path) -> Run:
    """Runs a command on one store of that city."""

    def run_command(*arguments: object, **environ: str) -> int:
        settings = {**environment_of(url), "XUNJIE_CITY": str(city_folder)}
        return main([str(argument) for argument in arguments], settings | environ)

    return run_command


@pytest.fixture
def other(stores: Stores) -> Iterator[str]:
    """The address of another store, which is not there yet."""
    with fresh_store(stores) as address:
        yield address
