"""Who a cookie or a token stands for, now: kept in memory where no other process writes, asked anew where one may."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from data.access.people import secret_hash
from data.access.sessions import Found, open_session, open_token, see_session, see_token
from data.access.settings import AccessSettings
from data.store.database import Store
from geo.access import Viewer
from geo.errors import StoreError

TOKEN_PREFIX: Final = "xjt_"  # noqa: S105 - how every token begins
_SEEN_EVERY_US: Final = 60_000_000
_MOST_KEPT: Final = 10_000
_LONGEST_SECRET: Final = 100


class LookUp:
    """The one question of every request. It writes at most once a minute a session, and never waits for a writer."""

    def __init__(self, store: Store, settings: AccessSettings, now_us: Callable[[], int], write: Callable[..., None]):
        self._store, self._settings, self._now_us, self._write = store, settings, now_us, write
        self._alone = store.file is not None  # SQLite: nobody else revokes
        self._kept: dict[str, Found] = {}
        self._seen: dict[str, int] = {}
        self._generation = 0
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Accounts, sessions or tokens were changed: nothing that was known holds any more."""
        with self._lock:
            self._generation += 1
            self._kept.clear()

    def at_hand(self, secret: str, *, counts: bool = True) -> bool:
        """Whether `viewer` will answer from memory, neither reading nor writing."""
        found = self._kept.get(secret_hash(secret))
        return found is not None and not (counts and self._is_due(found, self._now_us()))

    def viewer(self, secret: str, *, counts: bool = True) -> Viewer | None:
        """Who `secret` (a cookie's value, or a token) stands for; None for nobody: unknown, revoked, expired, idle for
        too long, or of a disabled account. Being asked `counts` as being there. Raises StoreError where the store
        cannot be read: then nobody can be let in."""
        if not 20 <= len(secret) <= _LONGEST_SECRET:
            return None
        digest, now_us = secret_hash(secret), self._now_us()
        found = self._found(digest, is_token=secret.startswith(TOKEN_PREFIX))
        if found is None or found.account.disabled or not self._is_open(digest, found, now_us):
            return None
        if counts:
            self._note_seen(digest, found, now_us)
        viewer = found.account.viewer
        if found.token is not None:
            scope = viewer.scope.narrowed(found.token.scope)
            return replace(viewer, roles=viewer.roles & found.token.roles, scope=scope)
        return viewer

    def _found(self, digest: str, *, is_token: bool) -> Found | None:
        with self._lock:
            kept, generation = self._kept.get(digest), self._generation
        if kept is not None:
            return kept
        with self._store.reading() as connection:
            found = (open_token if is_token else open_session)(connection, digest)
        if found is not None and self._alone:
            with self._lock:
                if generation == self._generation and len(self._kept) < _MOST_KEPT:
                    self._kept[digest] = found
        return found

    def _is_open(self, digest: str, found: Found, now_us: int) -> bool:
        if found.token is not None:
            return now_us < found.token.expires_us
        assert found.session is not None
        seen = max(found.session.seen_us, self._seen.get(digest, 0))
        return now_us < found.session.ends_us and now_us - seen < self._settings.idle_s * 1_000_000

    def _is_due(self, found: Found, now_us: int) -> bool:
        """Whether the store is to be told that it was seen."""
        stored = found.session.seen_us if found.session is not None else found.token.used_us or 0 if found.token else 0
        return now_us - stored >= _SEEN_EVERY_US

    def _note_seen(self, digest: str, found: Found, now_us: int) -> None:
        if len(self._seen) > _MOST_KEPT:
            self._seen.clear()
        self._seen[digest] = now_us
        if not self._is_due(found, now_us):
            return
        try:
            if found.session is not None:
                self._write(lambda connection: see_session(connection, digest, now_us))
                noted = found._replace(session=replace(found.session, seen_us=now_us))
            else:
                assert found.token is not None
                identity = found.token.id
                self._write(lambda connection: see_token(connection, identity, now_us))
                noted = found._replace(token=replace(found.token, used_us=now_us))
        except StoreError:
            return  # the writer is busy, or the disk full: the next request notes it
        with self._lock:
            if self._kept.get(digest) is found:
                self._kept[digest] = noted
