"""What only later pages need is loaded soon after the first page was drawn, while nobody waits for it."""

from __future__ import annotations

import importlib
import threading
from functools import cache
from typing import Final

AFTER_S: Final = 5.0
LATER: Final = ("pandas", "pyarrow")
"""What Streamlit takes for the trend of Explore: half as much work again as a first page."""


@cache
def load_later() -> threading.Timer:
    """Start the loading thread; every call after the first gives the same one."""
    timer = threading.Timer(AFTER_S, _load)
    timer.daemon = True
    timer.start()
    return timer


def _load() -> None:
    for name in LATER:
        importlib.import_module(name)
