"""Reads one table of a city's TOML files strictly: every complaint names the file, the key and the mend."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from geo.errors import CityError
from geo.tables import MOST_CODES
from geo.text import Text

MAX_TEXT = 2_000


def read_bytes(path: Path) -> bytes:
    """The bytes of `path`; CityError if it is missing or cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise CityError(
            f"{path}: this file is missing; supply it, or correct the name that stands for it in city.toml"
        ) from None
    except OSError as error:
        raise CityError(f"{path}: cannot be read ({error.strerror}); make it a readable file") from error


def read_toml(path: Path) -> Section:
    """The file as one section; CityError if it is missing or is not TOML in UTF-8."""
    try:
        return Section(path, "", tomllib.loads(read_bytes(path).decode("utf-8")))
    except UnicodeDecodeError as error:
        raise CityError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CityError(f"{path}: not valid TOML ({error}); correct that place") from error


class Section:
    """One table of a TOML file, taken key by key; `done` complains about keys that nobody took."""

    def __init__(self, path: Path, name: str, values: dict[str, Any]) -> None:
        self.path, self.name = path, name
        self._values = dict(values)

    def fail(self, key: str, problem: str, mend: str) -> NoReturn:
        """Raises the CityError for `key`."""
        place = f"{self.name}.{key}" if self.name else key
        raise CityError(f"{self.path}: {place} {problem}; {mend}")

    def _take(self, key: str, kind: type | tuple[type, ...], expected: str, *, required: bool) -> Any:
        if key not in self._values:
            if required:
                self.fail(key, "is missing", f"add it ({expected})")
            return None
        value = self._values.pop(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fail(key, f"is {_shown(value)}", f"write {expected}")
        return value

    def text(self, key: str) -> str:
        """A string that is not blank."""
        value = self._take(key, str, "a text in quotes", required=True)
        if not value.strip():
            self.fail(key, "is empty", "write a text that is not blank")
        if len(value) > MAX_TEXT:
            self.fail(key, f"is {len(value)} characters long", f"keep it within {MAX_TEXT}")
        return str(value)

    def optional_text(self, key: str) -> str | None:
        """A string that is not blank, or None where the key is absent."""
        return self.text(key) if key in self._values else None

    def code(self, key: str) -> str:
        """A code: letters, digits, `_`, `.` and `-`, at most 40, so that it can stand in an address."""
        value = self.text(key)
        if not is_code(value):
            self.fail(key, f"is {_shown(value)}", "write a code of letters, digits, _ . - (at most 40)")
        return value

    def choice(self, key: str, allowed: tuple[str, ...], *, default: str | None = None) -> str:
        """One of `allowed`; `default`, if given, where the key is absent."""
        if default is not None and key not in self._values:
            return default
        value = self.text(key)
        if value not in allowed:
            self.fail(key, f"is {_shown(value)}", f"write one of {', '.join(allowed)}")
        return value

    def boolean(self, key: str, *, default: bool | None = None) -> bool:
        """true or false; `default`, if given, where the key is absent."""
        value = self._take(key, bool, "true or false", required=default is None)
        return bool(default if value is None else value)

    def integer(self, key: str) -> int:
        """A whole number of at least 0."""
        value = self._take(key, int, "a whole number of at least 0", required=True)
        if value < 0:
            self.fail(key, f"is {value}", "write a whole number of at least 0")
        return int(value)

    def optional_integer(self, key: str) -> int | None:
        """A whole number of at least 0, or None where the key is absent."""
        return self.integer(key) if key in self._values else None

    def number(self, key: str, *, low: float, high: float) -> float:
        """A number from `low` to `high`."""
        value = float(self._take(key, (int, float), f"a number from {low:g} to {high:g}", required=True))
        if not low <= value <= high:
            self.fail(key, f"is {value:g}", f"write a number from {low:g} to {high:g}")
        return value

    def day(self, key: str) -> date:
        """A date (without a time)."""
        value = self._take(key, date, "a date such as 2021-06-03, without quotes", required=True)
        if isinstance(value, datetime):
            self.fail(key, f"is {_shown(value)}", "write a date such as 2021-06-03, without a time")
        return date(value.year, value.month, value.day)

    def optional_day(self, key: str) -> date | None:
        """The same, or None where the key is absent."""
        return self.day(key) if key in self._values else None

    def days(self, key: str) -> tuple[date, ...]:
        """A list of dates (without a time); empty where the key is absent."""
        values = self._take(key, list, "a list of dates such as [2021-02-07]", required=False) or []
        for value in values:
            if not isinstance(value, date) or isinstance(value, datetime):
                self.fail(key, f"has {_shown(value)}", "write dates such as 2021-02-07, without quotes or a time")
        return tuple(values)

    def codes(self, key: str) -> tuple[str, ...]:
        """A list of codes; empty where the key is absent."""
        values = self._take(key, list, 'a list of codes such as ["C0101"]', required=False) or []
        for value in values:
            if not isinstance(value, str) or not is_code(value):
                self.fail(key, f"has {_shown(value)}", "write codes of letters, digits, _ . - (at most 40)")
        return tuple(values)

    def optional_moment(self, key: str) -> datetime | None:
        """A time with its offset, or None where the key is absent."""
        expected = "a time with its offset such as 2021-08-24T18:00:00+08:00, without quotes"
        value = self._take(key, datetime, expected, required=False)
        if value is None:
            return None
        assert isinstance(value, datetime)
        if value.tzinfo is None:
            self.fail(key, f"is {value.isoformat()}", f"write {expected}")
        return value

    def both(self, key: str) -> Text:
        """A text in the two languages: `{ zh = "…", en = "…" }`."""
        section = self.section(key)
        text = Text(section.text("zh"), section.text("en"))
        section.done()
        return text

    def optional_both(self, key: str) -> Text | None:
        """The same, or None where the key is absent."""
        return self.both(key) if key in self._values else None

    def section(self, key: str) -> Section:
        """The table under `key`."""
        values = self._take(key, dict, "a table", required=True)
        return Section(self.path, f"{self.name}.{key}" if self.name else key, values)

    def optional_section(self, key: str) -> Section | None:
        """The table under `key`, or None where the key is absent."""
        return self.section(key) if key in self._values else None

    def sections(self, key: str, *, required: bool = False) -> list[Section]:
        """The tables of the list under `key`, in order, at most MOST_CODES; empty where the key is absent and not
        required."""
        values = self._take(key, list, f"one or more [[{key}]] tables", required=required) or []
        if required and not values:
            self.fail(key, "is empty", f"write one or more [[{key}]] tables")
        if len(values) > MOST_CODES:
            self.fail(key, f"has {len(values)} entries", f"keep it within {MOST_CODES}")
        place = f"{self.name}.{key}" if self.name else key
        for position, value in enumerate(values, 1):
            if not isinstance(value, dict):
                self.fail(key, f"has {_shown(value)} at place {position}", f"write [[{key}]] tables")
        return [Section(self.path, f"{place}[{position}]", value) for position, value in enumerate(values, 1)]

    def left(self) -> list[str]:
        """The keys that nobody took yet."""
        return list(self._values)

    def done(self) -> None:
        """Raises CityError if a key is left that nobody took."""
        if self._values:
            self.fail(min(self._values), "is not a known key here", "correct its spelling or remove it")


def is_code(text: str) -> bool:
    """Whether `text` can stand as a code in an address: letters, digits, `_`, `.`, `-`; 1 to 40 of them."""
    return (
        0 < len(text) <= 40
        and text.isascii()
        and all(c.isalnum() or c in "_.-" for c in text)
        and any(c.isalnum() for c in text)
    )


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
