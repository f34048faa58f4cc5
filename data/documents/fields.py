"""Reads the content of a document strictly, field by field: every complaint names the field and what it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from data.city_folder.section import is_code
from data.intake.draft_checks import MAX_NAME, MAX_NOTE, checked_text
from geo.errors import BadValueError, Word
from geo.text import Text

MOST_ENTRIES: Final = 10_000


class Fields:
    """The fields of one object, taken one by one; `done` complains about one that nobody took."""

    def __init__(self, content: object, place: str = "") -> None:
        if not isinstance(content, Mapping):
            raise BadValueError(place or "content", content, "an object with named fields")
        self._left: dict[str, Any] = dict(content)
        self._place = place

    def key(self, name: str) -> str:
        """How a complaint calls the field."""
        return f"{self._place}.{name}" if self._place else name

    def has(self, name: str) -> bool:
        """Whether the field is there, with a value that is not null, and was not taken yet."""
        return self._left.get(name) is not None

    def take(self, name: str, expected: str) -> Any:
        """The value of a field that must be there."""
        if not self.has(name):
            raise BadValueError(self.key(name), Word("nothing", "nothing"), expected)
        return self._left.pop(name)

    def text(self, name: str, *, most: int = MAX_NAME, default: str | None = None) -> str:
        """A text that is not blank; `default`, if given, where there is none."""
        if default is not None and not self.has(name):
            self._left.pop(name, None)
            return default
        return checked_text(self.key(name), self.take(name, "text"), most, required=default is None)

    def note(self, name: str = "note") -> str:
        """A text that may be left out."""
        return self.text(name, most=MAX_NOTE, default="")

    def code(self, name: str) -> str:
        """Letters, digits, `_`, `.`, `-`; at most 40."""
        value = self.text(name)
        if not is_code(value):
            raise BadValueError(self.key(name), value, "a code of letters, digits, _ . - (at most 40)")
        return value

    def choice(self, name: str, allowed: Sequence[str], *, default: str | None = None) -> str:
        """One of `allowed`."""
        value = self.text(name, default=default)
        if value not in allowed:
            raise BadValueError(self.key(name), value, "one of " + ", ".join(allowed))
        return value

    def whole(self, name: str, *, low: int = 0, high: int = 10**9, default: int | None = None) -> int:
        """A whole number from `low` to `high`."""
        if default is not None and not self.has(name):
            self._left.pop(name, None)
            return default
        expected = f"a whole number from {low} to {high}"
        value = self.take(name, expected)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise BadValueError(self.key(name), value, expected)
        return value

    def number(self, name: str, *, low: float, high: float) -> float:
        """A number from `low` to `high`."""
        expected = f"a number from {low:g} to {high:g}"
        value = self.take(name, expected)
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise BadValueError(self.key(name), value, expected)
        return float(value)

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        """true or false."""
        if default is not None and not self.has(name):
            self._left.pop(name, None)
            return default
        value = self.take(name, "true or false")
        if not isinstance(value, bool):
            raise BadValueError(self.key(name), value, "true or false")
        return value

    def day(self, name: str) -> date:
        """A date such as 2021-08-24."""
        value = self.take(name, "a date such as 2021-08-24")
        try:
            if not isinstance(value, str) or len(value) != 10:
                raise ValueError
            found = date.fromisoformat(value)
        except ValueError:
            raise BadValueError(self.key(name), value, "a date such as 2021-08-24") from None
        if not 1900 <= found.year <= 2200:
            raise BadValueError(self.key(name), value, "a year from 1900 to 2200")
        return found

    def days(self, first: str = "first", last: str = "last") -> tuple[date, date]:
        """Two dates, the second not before the first."""
        begin, end = self.day(first), self.day(last)
        if end < begin:
            raise BadValueError(self.key(last), end.isoformat(), f"a date not before {begin.isoformat()}")
        return begin, end

    def clock(self, name: str) -> time:
        """A time of day such as 07:30."""
        value = self.take(name, "a time of day such as 07:30")
        try:
            if not isinstance(value, str) or len(value) != 5:
                raise ValueError
            return time.fromisoformat(value)
        except ValueError:
            raise BadValueError(self.key(name), value, "a time of day such as 07:30") from None

    def moment(self, name: str) -> datetime:
        """A time with its offset from UTC."""
        expected = "a time with its offset such as 2021-08-24T18:00:00+08:00"
        value = self.take(name, expected)
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None or found.tzinfo is None or not 1900 < found.year < 2200:
            raise BadValueError(self.key(name), value, expected)
        return found

    def both(self, name: str) -> Text:
        """A text in the two languages."""
        inner = self.inner(name)
        text = Text(inner.text("zh", most=MAX_NOTE), inner.text("en", most=MAX_NOTE))
        inner.done()
        return text

    def inner(self, name: str) -> Fields:
        """The object in a field."""
        return Fields(self.take(name, "an object"), self.key(name))

    def entries(self, name: str, *, most: int = MOST_ENTRIES, default: Sequence[Any] | None = None) -> list[Any]:
        """The values of a list; `default`, if given, where there is none."""
        if default is not None and not self.has(name):
            self._left.pop(name, None)
            return list(default)
        value = self.take(name, "a list")
        if not isinstance(value, list) or len(value) > most:
            raise BadValueError(self.key(name), value, f"a list of at most {most}")
        return value

    def inners(self, name: str, *, most: int = MOST_ENTRIES) -> list[Fields]:
        """The objects of a list."""
        return [Fields(value, f"{self.key(name)}[{at}]") for at, value in enumerate(self.entries(name, most=most))]

    def texts(self, name: str, *, most: int = MOST_ENTRIES, default: Sequence[str] | None = None) -> list[str]:
        """The texts of a list."""
        found = self.entries(name, most=most, default=default)
        return [
            checked_text(f"{self.key(name)}[{at}]", value, MAX_NAME, required=True) for at, value in enumerate(found)
        ]

    def done(self) -> None:
        """Raises BadValueError for a field that nobody took (null counts as absent)."""
        left = [name for name, value in self._left.items() if value is not None]
        if left:
            raise BadValueError(self.key(str(left[0])[:60]), self._left[left[0]], "no such field")
