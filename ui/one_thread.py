"""One lasting thread for conversions of coordinates: PROJ prepares itself anew in every thread (about 0.2 s)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")


@cache
def _worker() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="coordinates")


def in_one_thread(work: Callable[[], T]) -> T:
    """What `work` returns or raises. Streamlit runs a page in a new thread each time; `work` must not use `st`."""
    return _worker().submit(work).result()
