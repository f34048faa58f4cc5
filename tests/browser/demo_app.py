"""The app over a copy of Yunyan's demo: each start is spared the two or three seconds that loading the demo takes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.browser.app_server import App, running_app
from tests.ready_stores import put_demo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def running_demo(folder: Path, **more: Any) -> Iterator[App]:
    """`running_app` with the store of `folder`, which is the demo where nothing is there yet."""
    store = folder / "store.db"
    if not store.exists():
        put_demo(store)
    with running_app(folder, **more) as app:
        yield app
