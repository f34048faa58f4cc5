"""Pages run by AppTest over real stores: Yunyan's demo (only read), and an empty Yunyan for a test to write to."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from data.runtime import Runtime, open_runtime
from data.settings import Settings
from geo.text import LANGUAGES
from i18n import translate
from tests.ready_stores import put_demo

CITIES = Path(__file__).resolve().parents[2] / "data" / "cities"
WAIT_S = 60


class Page:
    """One page in one session: what it says, what it hands to our browser components, where its address stands."""

    def __init__(self, name: str, query: dict[str, str | list[str]]) -> None:
        self.at = AppTest.from_string(f"from ui.{name} import page\npage()", default_timeout=WAIT_S)
        for key, value in query.items():
            self.at.query_params[key] = value
        self.run()

    def run(self) -> Page:
        """Run the page again, as it is."""
        self.at.run()
        assert not self.at.exception, self.at.exception
        for language in LANGUAGES:
            assert translate("core.panel_failed", language) not in self.words
        return self

    @property
    def words(self) -> str:
        """Everything the page says, tags taken away, in order."""
        shown = [str(element.value) for kind in ("html", "markdown", "text") for element in self.at.get(kind)]
        return unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", " ".join(shown), flags=re.DOTALL))

    @property
    def markup(self) -> str:
        """All of our own HTML as it is sent."""
        return "\n".join(str(element.value) for element in self.at.get("html"))

    def component(self, key: str) -> dict[str, Any]:
        """The data that the page hands to the browser component of that key."""
        for element in self.at.get("bidi_component"):
            if element.proto.id.endswith(f"-{key}"):
                return dict(json.loads(element.proto.json))
        raise AssertionError(f"no component {key} on the page")

    @property
    def address(self) -> dict[str, list[str]]:
        """The query of the page's address."""
        query: dict[str, Any] = dict(self.at.query_params)
        return {key: [value] if isinstance(value, str) else list(value) for key, value in query.items()}


@pytest.fixture(scope="session")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    store = put_demo(tmp_path_factory.mktemp("ui") / "demo.db")
    opened = open_runtime(Settings(database_url=store, city_folder=CITIES / "yunyan"))
    yield opened
    opened.close()


@pytest.fixture
def page(_demo: Runtime) -> Callable[..., Page]:
    """Opens pages over Yunyan's demo; only for reading."""
    return lambda name, **query: Page(name, query)


@pytest.fixture(scope="session")
def _bare_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    city = tmp_path_factory.mktemp("bare") / "city"
    shutil.copytree(CITIES / "yunyan", city)
    text = (city / "city.toml").read_text(encoding="utf-8")
    (city / "city.toml").write_text(re.sub(r"\[demo\]\nloader = .*\n", "", text), encoding="utf-8")
    return city


@pytest.fixture
def empty(_bare_city: Path, tmp_path: Path) -> Iterator[Runtime]:
    """Yunyan without records, open while the test runs."""
    opened = open_runtime(Settings(database_url=f"sqlite:///{tmp_path / 'empty.db'}", city_folder=_bare_city))
    yield opened
    opened.close()


@pytest.fixture
def empty_page(empty: Runtime) -> Callable[..., Page]:
    """Opens pages over the empty store."""
    return lambda name, **query: Page(name, query)
