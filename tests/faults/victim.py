"""What a process does until it is killed: it writes to a store and notes, after each receipt, what it was promised."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import shapely

from data.runtime import Runtime
from data.settings import Settings
from data.store.database import open_store
from data.store.receipts import Receipt
from geo.issue import IssueDraft
from geo.lifecycle import Status
from tests.small_city import small_city

HERE = shapely.Point(106.71, 26.6)
LINE = shapely.LineString([(106.705, 26.6), (106.715, 26.603)])
BULK = 150
THREADS = 8
STEPS = (Status.ACCEPTED, Status.FILED, Status.DISPATCHED, Status.HANDLING)


class Notes:
    """A file that outlives its writer: each line is in the kernel's hands before `take` returns."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def take(self, *words: object) -> None:
        os.write(self._file, (" ".join(map(str, words)) + "\n").encode())


def draft(identity: str, text: str = "") -> IssueDraft:
    return IssueDraft("supervision", "C0101", HERE, id=identity, description=text)


def opened(store: Path) -> Runtime:
    city = small_city()
    return Runtime(Settings(), city, open_store(f"sqlite:///{store}", city))


def write_singly(store: Path, notes: Path) -> None:
    """One report after the other, each then changed a few times."""
    runtime, noted = opened(store), Notes(notes)
    warmed(runtime)
    noted.take("ready")
    while True:
        report_and_change(runtime, noted)


def warmed(runtime: Runtime) -> None:
    """The first write of a thread makes its transformers: let that be over."""
    runtime.submit([draft(str(uuid.uuid4()))], actor="victim")


def report_and_change(runtime: Runtime, noted: Notes) -> None:
    identity = str(uuid.uuid4())
    [receipt] = runtime.submit([draft(identity)], actor="victim")
    noted.take("issue", identity, receipt.number, receipt.revision)
    for version, status in enumerate(STEPS, 1):
        made = runtime.change(identity, version, status, actor="victim", client_uuid=str(uuid.uuid4()))
        noted.take("change", identity, made.version, made.revision)


def write_together(store: Path, notes: Path) -> None:
    """The same from many threads, so that groups are committed."""
    runtime, noted = opened(store), Notes(notes)

    start = threading.Barrier(THREADS, action=lambda: noted.take("ready"))

    def go_on() -> None:
        warmed(runtime)
        start.wait()
        while True:
            report_and_change(runtime, noted)

    threads = [threading.Thread(target=go_on, daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def import_in_bulk(store: Path, notes: Path) -> None:
    """One import after the other; a batch is known by its description."""
    runtime, noted = opened(store), Notes(notes)
    warmed(runtime)
    noted.take("ready")
    while True:
        name = str(uuid.uuid4())
        noted.take("begun", name)
        receipts = import_once(runtime, name)
        noted.take("import", name, len(receipts), receipts[0].revision)


def import_once(runtime: Runtime, name: str) -> list[Receipt]:
    """One import, whose issues bear that name."""
    drafts = [IssueDraft("supervision", "E0110", LINE if n % 3 == 0 else HERE, description=name) for n in range(BULK)]
    return runtime.submit(drafts, actor="victim", imported=True)


def migrate(store: Path, notes: Path) -> None:
    """Open a store of an older schema."""
    city, noted = small_city(), Notes(notes)
    noted.take("ready")
    opened_store = open_store(f"sqlite:///{store}", city)
    noted.take("migrated")
    opened_store.close()


DEEDS: dict[str, Callable[[Path, Path], None]] = {
    "single writes": write_singly,
    "grouped writes": write_together,
    "imports": import_in_bulk,
    "migration": migrate,
}
