"""The program's settings, read once from environment variables and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from data.access.settings import AccessSettings
from data.notices.mail_settings import MailSettings
from data.store.engine import backend_of
from geo.errors import SettingsError

_PROJECT: Final = Path(__file__).resolve().parents[1]
DEFAULT_CITY: Final = Path(__file__).resolve().parent / "cities" / "yunyan"
TILE_DATUMS: Final = ("wgs84", "gcj02", "bd09")
LOG_FORMATS: Final = ("text", "json")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. `database_url` None means SQLite in `var/<city code>.db` of the project folder.

    `tiles_url` None means no basemap; else a template with {z}, {x} and {y}, in `tiles_datum`.
    `log_format` is how the server's log is written (data.logs); `access` who may come in, and from where; `photos` and
    `columns` (the kept arrays of large stores) None: they lie near the store. `mail` None: no letter is ever sent.
    """

    database_url: str | None = field(default=None, repr=False)  # it may hold a password
    city_folder: Path = DEFAULT_CITY
    tiles_url: str | None = None
    tiles_datum: str = "wgs84"
    log_format: str = "text"
    access: AccessSettings = field(default_factory=AccessSettings)
    photos: Path | None = None
    columns: Path | None = None
    mail: MailSettings | None = None

    @staticmethod
    def from_environment(environ: Mapping[str, str]) -> Settings:
        """Settings of `environ` (XUNJIE_…); an empty variable counts as not set. Raises SettingsError."""
        folder = environ.get("XUNJIE_CITY")
        return Settings(
            database_url=_database_url(environ.get("XUNJIE_DATABASE_URL") or None),
            city_folder=_city_folder(folder) if folder else DEFAULT_CITY,
            tiles_url=_tiles_url(environ.get("XUNJIE_TILES_URL") or None),
            tiles_datum=_tiles_datum(environ.get("XUNJIE_TILES_DATUM") or "wgs84"),
            log_format=_log_format(environ.get("XUNJIE_LOG") or "text"),
            access=AccessSettings.from_environment(environ),
            photos=_folder(environ, "XUNJIE_PHOTOS"),
            columns=_folder(environ, "XUNJIE_COLUMNS"),
            mail=MailSettings.from_environment(environ),
        )

    def database_url_for(self, city_code: str) -> str:
        """The URL to open: the one that was set, else the city's own file under `var/`."""
        return self.database_url or f"sqlite:///{_PROJECT / 'var' / city_code}.db"

    def photos_folder_for(self, store_file: Path | None, place: str) -> Path:
        """Where the files of a store's photos lie: the folder that was set, else `photos/<name of its file>` beside it,
        else under `var/`. Several stores never share one: each takes away what it does not know."""
        if self.photos is not None:
            return self.photos
        if store_file is not None:
            name = store_file.stem if store_file.suffix == ".db" else store_file.name
            return store_file.parent / "photos" / name
        return _PROJECT / "var" / "photos" / sha256(place.encode()).hexdigest()[:16]

    def columns_file_for(self, store_file: Path | None, place: str) -> Path:
        """Where the arrays of a large store are kept for the next start: in the folder that was set, else beside its
        file, else under `var/`. Several stores never share one."""
        if self.columns is not None:
            return self.columns / f"{sha256(place.encode()).hexdigest()[:16]}.columns"
        if store_file is not None:
            return store_file.with_name(store_file.name + ".columns")
        return _PROJECT / "var" / f"{sha256(place.encode()).hexdigest()[:16]}.columns"


def _database_url(url: str | None) -> str | None:
    if url is not None:
        backend_of(url)
    return url


def _city_folder(value: str) -> Path:
    folder = Path(value)
    if not folder.is_dir():
        raise SettingsError(f"XUNJIE_CITY is {value!r}, which is not a folder; expected a folder of city layers")
    return folder


def _folder(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(name)
    if not value:
        return None
    folder = Path(value)
    if not folder.is_absolute() or (folder.exists() and not folder.is_dir()):
        raise SettingsError(f"{name} is {value!r}; expected the absolute path of a folder")
    return folder


def _tiles_url(url: str | None) -> str | None:
    if url is None:
        return None
    if not url.startswith(("http://", "https://", "/")) or not all(part in url for part in ("{z}", "{x}", "{y}")):
        raise SettingsError(
            f"XUNJIE_TILES_URL is {url!r}; expected an http(s) address or a path with {{z}}, {{x}} and {{y}} in it"
        )
    return url


def _tiles_datum(value: str) -> str:
    datum = value.lower()
    if datum not in TILE_DATUMS:
        raise SettingsError(f"XUNJIE_TILES_DATUM is {value!r}; expected one of {', '.join(TILE_DATUMS)}")
    return datum


def _log_format(value: str) -> str:
    form = value.lower()
    if form not in LOG_FORMATS:
        raise SettingsError(f"XUNJIE_LOG is {value!r}; expected one of {', '.join(LOG_FORMATS)}")
    return form
