"""Photos are read on threads of their own: whoever asks for anything else never waits behind them."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from data.photos import caps
from geo.errors import BusyError

MOST_WAITING: Final = 40
"""Requests whose photo is in memory and waits: up to 25 MB each."""

_threads: Final = ThreadPoolExecutor(max_workers=caps.AT_ONCE + 1, thread_name_prefix="photos")
_places: Final = threading.BoundedSemaphore(MOST_WAITING)
Result = TypeVar("Result")


async def at_its_turn(work: Callable[[], Result]) -> Result:
    """What `work` gives, on one of the threads for photos. Raises BusyError where too many wait, and what it raises."""
    if not _places.acquire(blocking=False):
        raise BusyError(f"{MOST_WAITING} photos wait to be read: nothing was written; send it again in a moment")
    try:
        context = contextvars.copy_context()  # the log's lines name the request
        future = asyncio.get_running_loop().run_in_executor(_threads, context.run, work)
    except BaseException:
        _places.release()
        raise
    future.add_done_callback(lambda _done: _places.release())  # also where whoever asked has gone
    return await future
