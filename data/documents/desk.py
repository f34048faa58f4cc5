"""Putting documents and reading them, as the running program offers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from data.documents.checking import CheckedPuts, DocumentPut, checked_put
from data.documents.document import Document, Documents, Shelf
from data.snapshot import Snapshot
from data.store.database import Store
from data.store.documents import latest_documents, versions_of
from data.store.putting import DocumentReceipt
from data.store.writer_queue import WriterQueue
from geo.city import City
from geo.clock import to_us
from geo.errors import NotFoundError


class DocumentDesk:
    """The part of the runtime that is about documents. Reading the latest versions never waits."""

    city: City
    store: Store
    _snapshot: Snapshot
    _queue: WriterQueue

    def put_document(
        self,
        collection: str,
        identity: str,
        content: Mapping[str, Any],
        version: int = 0,
        *,
        client_uuid: str,
        actor: str,
        retired: bool = False,
        at: datetime | None = None,
    ) -> DocumentReceipt:
        """Put one document (`put_documents`): a new one, or the next version of one whose author saw `version`."""
        put = DocumentPut(collection, identity, content, client_uuid, version, retired, at)
        return self.put_documents([put], actor=actor)[0]

    def put_documents(self, puts: Sequence[DocumentPut], *, actor: str) -> list[DocumentReceipt]:
        """Put all of `puts` or none, in one transaction; receipts in their order, given after its commit.

        A put whose UUID is known with the same content is not made again (`created` False). Raises BadValueError for
        what cannot be taken, NotFoundError for a later version of a document that is not there, StaleError where one is
        at another version, ConflictError for a known UUID with other content, BusyError where too much waits.
        """
        checked = tuple(checked_put(put, self.city, actor=actor) for put in puts)
        return self._queue.submit(CheckedPuts(checked)).result()

    def documents(self, collection: str, *, with_retired: bool = False) -> Shelf:
        """The latest versions of the documents of `collection` that are in use (or of all), by id; never waits."""
        return self._snapshot.documents.of(collection, with_retired=with_retired)

    def document(self, collection: str, identity: str) -> Document:
        """The latest version of one document, retired or not. Raises NotFoundError."""
        document = self._snapshot.documents.document(collection, identity)
        if document is None:
            raise NotFoundError(f"document in {collection}", identity[:80])
        return document

    def document_history(self, collection: str, identity: str) -> list[Document]:
        """Every version of one document, the first one first; empty where there is none. Reads the store."""
        with self.store.reading() as connection:
            return versions_of(connection, collection, identity)

    def documents_as_of(self, collection: str, moment: datetime) -> Shelf:
        """The documents of `collection` that were in use at `moment` (inclusive), as they were then, from the store."""
        with self.store.reading() as connection:
            then = list(latest_documents(connection, collection=collection, by_us=to_us(moment)))
        return Documents(then).of(collection)
