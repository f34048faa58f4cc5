"""SQLAlchemy's statements are compiled once a process in tests, not once a store: the tests open thousands of stores.

A running program opens one store and compiles each statement once; this is the same for a process of tests.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Final
from unittest import mock

from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

from data.store import postgresql, sqlite

_AT_MOST: Final = 3_000


class _Shared(dict[Hashable, Any]):
    """What an engine takes for its own cache. The key begins with the dialect, of which every engine has its own, all
    made alike: its class stands in its place."""

    def __init__(self) -> None:
        super().__init__()
        self._compiled: LRUCache[Hashable, Any] = LRUCache(_AT_MOST)

    def get(self, key: Any, default: Any = None) -> Any:
        return self._compiled.get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        self._compiled[(type(key[0]), *key[1:])] = compiled


_SHARED: Final = _Shared()


def share_compiled_statements() -> None:
    """From here on every engine that the store makes in this process looks up what another has compiled."""
    for module in (sqlite, postgresql):
        mock.patch.object(module, "create_engine", _sharing(module.create_engine)).start()


def _sharing(create_engine: Callable[..., Engine]) -> Callable[..., Engine]:
    @wraps(create_engine)
    def create(*arguments: Any, **options: Any) -> Engine:
        engine = create_engine(*arguments, **options)
        engine.update_execution_options(compiled_cache=_SHARED)
        return engine

    return create
