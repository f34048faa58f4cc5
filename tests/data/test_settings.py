"""Settings: what the environment may say, and one sentence for each thing that it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.settings import DEFAULT_CITY, Settings
from geo.errors import SettingsError


def test_nothing_set_means_yunyan_in_a_file_under_var() -> None:
    settings = Settings.from_environment({})
    assert settings.city_folder == DEFAULT_CITY
    url = settings.database_url_for("yunyan")
    assert url.startswith("sqlite:///")
    assert Path(url.removeprefix("sqlite:///")).parts[-2:] == ("var", "yunyan.db")


def test_the_arrays_of_a_large_store_are_kept_where_it_is_said(tmp_path: Path) -> None:
    """Else beside the file; two stores never share them, be they files of one name or on a server."""
    places = [(tmp_path / "a" / "x.db", "one"), (tmp_path / "b" / "x.db", "two"), (None, "three"), (None, "four")]
    near = [Settings().columns_file_for(file, place) for file, place in places]
    assert near[:2] == [tmp_path / "a" / "x.db.columns", tmp_path / "b" / "x.db.columns"]
    assert near[2].parent.name == "var"
    said = Settings.from_environment({"XUNJIE_COLUMNS": str(tmp_path / "c")})
    there = [said.columns_file_for(file, place) for file, place in places]
    assert {path.parent for path in there} == {tmp_path / "c"}
    assert len({*near, *there}) == 8
    for bad in ("relative/path", __file__):
        with pytest.raises(SettingsError, match="XUNJIE_COLUMNS"):
            Settings.from_environment({"XUNJIE_COLUMNS": bad})


def test_two_cities_do_not_share_a_file_by_default() -> None:
    settings = Settings()
    assert settings.database_url_for("yunyan") != settings.database_url_for("chicago")


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    empty = dict.fromkeys(("XUNJIE_DATABASE_URL", "XUNJIE_CITY", "XUNJIE_TILES_URL", "XUNJIE_TILES_DATUM"), "")
    assert Settings.from_environment(empty) == Settings()


def test_all_settings_are_taken(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {
            "XUNJIE_DATABASE_URL": "sqlite:////srv/x.db",
            "XUNJIE_CITY": str(tmp_path),
            "XUNJIE_TILES_URL": "https://tiles.example/{z}/{x}/{y}.png",
            "XUNJIE_TILES_DATUM": "GCJ02",
        }
    )
    assert settings == Settings("sqlite:////srv/x.db", tmp_path, "https://tiles.example/{z}/{x}/{y}.png", "gcj02")
    assert settings.database_url_for("anything") == "sqlite:////srv/x.db"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("XUNJIE_DATABASE_URL", "postgresql+psycopg://user:secret@host", "names no database"),
        ("XUNJIE_DATABASE_URL", "postgresql+psycopg://user:secret@host:port/db", "postgresql+psycopg://"),
        ("XUNJIE_DATABASE_URL", "postgresql+asyncpg://user:secret@host/db", "asyncpg"),
        ("XUNJIE_DATABASE_URL", "postgresql://user:secret@host/db?sslmood=x", "sslmood"),
        ("XUNJIE_DATABASE_URL", "mysql://user:secret@host/db", "mysql"),
        ("XUNJIE_DATABASE_URL", "var/x.db", "sqlite:///PATH"),
        ("XUNJIE_CITY", "/no/such/folder", "not a folder"),
        ("XUNJIE_TILES_URL", "https://tiles.example/tile.png", "{z}"),
        ("XUNJIE_TILES_URL", "javascript:{z}{x}{y}", "http"),
        ("XUNJIE_TILES_DATUM", "mars", "gcj02"),
        ("XUNJIE_LOG", "xml", "text, json"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(variable: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({variable: value})
    assert said in str(caught.value)
    assert variable in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_settings_in_a_log_do_not_show_the_password() -> None:
    settings = Settings.from_environment({"XUNJIE_DATABASE_URL": "postgresql+psycopg://user:secret@host/db"})
    assert "secret" not in repr(settings)
    assert settings.database_url_for("yunyan") == "postgresql+psycopg://user:secret@host/db"
