"""The routes on a bare Starlette: over the demo (read only, once a session), and over an empty store (for writing)."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.app import MIDDLEWARE, ROUTES, lifespan
from tests.stores import BACKENDS, Stores, demo_store, environment_of, fresh_store, stores_of

CITIES = Path(__file__).resolve().parents[2] / "data" / "cities"
BASE_URL = "http://127.0.0.1:8501"


def application() -> Starlette:
    """Our routes and middleware without Streamlit: TestClient(st.App) works once a process and then hangs."""
    return Starlette(routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)


@contextmanager
def serving(url: str, city: Path) -> Iterator[TestClient]:
    """The application over the store at `url`."""
    settings = {**environment_of(url), "XUNJIE_CITY": str(city)}
    with (
        mock.patch.dict(os.environ, settings),
        TestClient(application(), base_url=BASE_URL, raise_server_exceptions=True) as client,
    ):
        yield client


@pytest.fixture(scope="session", params=BACKENDS)
def demo(request: pytest.FixtureRequest) -> Iterator[TestClient]:
    """Yunyan's demo. Only for reading: every test sees the same revision."""
    with (
        stores_of(request.param, request) as stores,
        demo_store(stores) as url,
        serving(url, CITIES / "yunyan") as client,
    ):
        yield client


@pytest.fixture(scope="session")
def bare_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Yunyan's folder without its demo."""
    city = tmp_path_factory.mktemp("bare") / "city"
    shutil.copytree(CITIES / "yunyan", city)
    text = (city / "city.toml").read_text(encoding="utf-8")
    (city / "city.toml").write_text(re.sub(r"\[demo\]\nloader = .*\n", "", text), encoding="utf-8")
    return city


@pytest.fixture(scope="module")
def empty(stores: Stores, bare_city: Path) -> Iterator[TestClient]:
    """Yunyan without its demo: an empty store that a module's tests may write to.

    A module uses either this or `demo`: the program knows one open runtime, the one opened last.
    """
    with fresh_store(stores) as url, serving(url, bare_city) as client:
        yield client
