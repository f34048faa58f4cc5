"""Where tests put databases whose durability is not the question: in memory, where the machine has room for them.

A test of the store makes and removes hundreds of files and waits for the disk at each commit; on a busy disk that costs
several times what the test itself does. What outlasts a kill or a full disk is tested on the real one (tests/faults).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

_SHARED_MEMORY: Final = Path("/dev/shm")
_ROOM: Final = 4 * 1024**3  # bytes; a run takes less than one quarter of that
_PREFIX: Final = "xj-tests-"


def quick_folder() -> Path:
    """A new folder; whoever asks takes it away. It lies in memory, else where temporary files do."""
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_place()))


@cache
def _place() -> Path | None:
    try:
        about = os.statvfs(_SHARED_MEMORY)
    except OSError:
        return None
    if not os.access(_SHARED_MEMORY, os.W_OK | os.X_OK) or about.f_bavail * about.f_frsize < _ROOM:
        return None
    for left in _SHARED_MEMORY.glob(f"{_PREFIX}*"):  # by a run that was killed
        if not Path(f"/proc/{left.name.removeprefix(_PREFIX).partition('-')[0]}").exists():
            shutil.rmtree(left, ignore_errors=True)
    return _SHARED_MEMORY
