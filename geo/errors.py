"""Every error that Xunjie raises on purpose: what it got, what it expected, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Word:
    """A word that a sentence names: `text` in English, `refusals.word_<code>` in the catalogue."""

    code: str
    text: str

    def __str__(self) -> str:
        return self.text


_NONE: Final[Mapping[str, object]] = MappingProxyType({})


class XunjieError(Exception):
    """Base of all errors meant to be read by a person; its text is one sentence without a traceback.

    Where the catalogue has that sentence, `code` names it (`refusals.<code>`) and `values` fill it (i18n.refusals).
    """

    code: str = ""
    values: Mapping[str, object] = _NONE


class ReasonedError(XunjieError):
    """One with its reason in English, and perhaps the code and the values of the same in the catalogue."""

    def __init__(self, message: str, code: str = "", /, **values: object) -> None:
        self.code, self.values = code, values
        super().__init__(message)


EMPTY_KEY: Final = "(empty key)"
"""Stands for a field or parameter whose name is empty."""


class BadValueError(XunjieError):
    """A value from outside that cannot be taken: a filter key, a field of a form, a column of a file.

    `key` names the place, `value` is what came (shortened to 200 characters) or a `word` for it, `expected` says what
    would be taken; it is what `code` and `values` say in the catalogue.
    """

    def __init__(self, key: str, value: object, expected: str, code: str = "", /, **values: object) -> None:
        self.code, self.values = code, values
        text = str(value) if isinstance(value, str | Word) else repr(value)
        self.key, self.expected = key, expected
        self.word = value if isinstance(value, Word) else None
        self.value = text if len(text) <= 200 else text[:199] + "…"
        super().__init__(f"{key}: got {self.value!r}, expected {expected}")


class BadGeometryError(BadValueError):
    """A geometry that is empty, not finite, not of a taken kind, or outside the world."""


class DatumError(BadValueError):
    """A datum that is unknown, or that this city may not use (GCJ-02 and BD-09 outside mainland China)."""


class PhotoError(BadValueError):
    """A photo that is not taken. `code` (also its `value`) is the reason; `photos.refused_<code>` is its sentence."""

    def __init__(self, code: str, expected: str) -> None:
        super().__init__("photo", code, expected)
        self.code = code


class CityError(XunjieError):
    """A city folder with a missing, malformed or contradictory file; the text names the file and the mend."""


class SettingsError(XunjieError):
    """An environment setting that cannot be used."""


class StoreError(XunjieError):
    """The store cannot be opened or written: newer schema, another city, read-only or full disk, tampered log."""


class StoreLostError(StoreError):
    """The database server cannot be reached at the moment; whoever wrote with a UUID may send the same again."""


class StoreInUseError(StoreError):
    """Another process writes to this store; the text names it. `address` is where it answers over HTTP, if it does."""

    def __init__(self, message: str, address: str | None = None) -> None:
        self.address = address
        super().__init__(message)


class BusyError(StoreError):
    """More writes wait than the queue holds; nothing of this one was written, and it may be sent again."""


class NotFoundError(XunjieError):
    """No record of that identity."""

    def __init__(self, kind: str, identity: str) -> None:
        self.kind, self.identity = kind, identity
        super().__init__(f"there is no {kind} {identity!r}")


class ConflictError(ReasonedError):
    """The same client UUID came with other content, or a change is not allowed from the present state."""


class NotAllowedError(ReasonedError):
    """What somebody wants to do is for another role, another part of the campaign, or another person."""


class TransitionError(ConflictError):
    """A change of status that the life of an issue does not allow; see `geo.lifecycle`."""


class StaleError(ConflictError):
    """A change made from a version of an issue (or another `kind` of record) that is not the present one.

    `issue` is its identity; `difference` maps each field whose present value is not the one wished for to (yours, now);
    `changed_by` and `changed_at` (aware) are those of the last change.
    """

    def __init__(
        self,
        issue: str,
        *,
        expected: int,
        version: int,
        changed_by: str,
        changed_at: datetime,
        difference: Mapping[str, tuple[str, str]],
        kind: str = "issue",
    ) -> None:
        self.issue, self.expected, self.version = issue, expected, version
        self.changed_by, self.changed_at, self.difference = changed_by, changed_at, difference
        super().__init__(
            f"the {kind} {issue} is at version {version}, the change was made from version {expected}: "
            f"{changed_by!r} changed it at {changed_at.isoformat()}; look at it again"
        )
