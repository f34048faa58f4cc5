"""A document of the campaign, and all documents in memory: one value for each revision, never changed afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a document. `version` counts from 1; `at` is on the campaign's clock, `actor` a reference;
    `content` is JSON and belongs to all who read it: do not change what is in it. `retired`: out of use from here on.
    """

    collection: str
    id: str
    version: int
    at: datetime
    actor: str
    content: Mapping[str, Any]
    retired: bool
    revision: int


Shelf = Mapping[str, Document]
"""The documents of one collection, in their latest versions, by id and in the order of the ids."""

_NOTHING: Final[Shelf] = MappingProxyType({})


class Documents:
    """Every collection at one revision."""

    __slots__ = ("_all", "_in_use")

    def __init__(self, documents: Iterable[Document] = ()) -> None:
        self._all: dict[str, Shelf] = {}
        self._in_use: dict[str, Shelf] = {}
        self._put(documents)

    def of(self, collection: str, *, with_retired: bool = False) -> Shelf:
        """The documents of `collection` that are in use, or all of them; empty for one that never had any."""
        return (self._all if with_retired else self._in_use).get(collection, _NOTHING)

    def document(self, collection: str, identity: str) -> Document | None:
        """The latest version of one document, retired or not; None where there is none."""
        return self.of(collection, with_retired=True).get(identity)

    def followed_by(self, documents: Iterable[Document]) -> Documents:
        """The same with later versions put in; collections without any are shared, not copied."""
        after = Documents()
        after._all, after._in_use = dict(self._all), dict(self._in_use)
        after._put(documents)
        return after

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Documents) and self._all == other._all

    __hash__ = None  # type: ignore[assignment]

    def _put(self, documents: Iterable[Document]) -> None:
        changed: dict[str, dict[str, Document]] = {}
        for document in documents:
            shelf = changed.get(document.collection)
            if shelf is None:
                shelf = changed[document.collection] = dict(self.of(document.collection, with_retired=True))
            shelf[document.id] = document
        for name, shelf in changed.items():
            ordered = dict(sorted(shelf.items()))
            self._all[name] = MappingProxyType(ordered)
            in_use = {identity: document for identity, document in ordered.items() if not document.retired}
            self._in_use[name] = MappingProxyType(in_use)
