"""Garbage is collected once a minute: Streamlit's own collection after every run (0.1 s each) is switched off."""

from __future__ import annotations

import gc
import threading
import time
from functools import cache
from typing import Final

PERIOD_S: Final = 60.0


@cache
def collect_regularly() -> threading.Thread:
    """Start the collecting thread; every call after the first gives the same one."""
    thread = threading.Thread(target=_collect, name="garbage", daemon=True)
    thread.start()
    return thread


def _collect() -> None:
    while True:
        time.sleep(PERIOD_S)
        gc.collect()
