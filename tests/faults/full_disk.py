"""A process that fills the disk under its own store: run in a mount namespace of its own, it prints what it saw."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from sqlalchemy import text

from data.runtime import Runtime
from data.store.verify import problems
from geo.errors import StoreError
from tests.faults.victim import draft, opened

SIZE = "4m"
THREADS = 32


def fill(folder: Path) -> Path:
    """A file that takes every byte that is left."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    return ballast


def submitted(runtime: Runtime, count: int = 1) -> list[str] | str:
    """The ids that were acknowledged, or the sentence of the refusal."""
    drafts = [draft(str(uuid.uuid4()), "x" * 1_500) for _ in range(count)]
    try:
        return [receipt.id for receipt in runtime.submit(drafts, actor="a")]
    except StoreError as error:
        return str(error)


def known_ids(runtime: Runtime) -> list[str]:
    """Read from the store through the snapshot, as a page does."""
    return [str(one) for one in runtime.snapshot.records.of(np.arange(len(runtime.snapshot.issues))).id]


def main(folder: Path) -> dict[str, object]:
    """Write, fill the disk, be refused (alone, in a crowd, with an import), read, make room, write again."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], check=True)
    runtime = opened(folder / "store.db")
    acknowledged: list[str] = []
    refusals: set[str] = set()

    def count(outcome: list[str] | str) -> bool:
        (refusals.add if isinstance(outcome, str) else acknowledged.extend)(outcome)  # type: ignore[arg-type]
        return not isinstance(outcome, str)

    before = [count(submitted(runtime)) for _ in range(10)]
    ballast = fill(folder)
    alone = [count(submitted(runtime)) for _ in range(60)]  # the last pages of the log may still hold a few
    with ThreadPoolExecutor(THREADS) as pool:
        crowd = [count(outcome) for outcome in pool.map(lambda _: submitted(runtime), range(3 * THREADS))]
    bulk = count(submitted(runtime, 300))
    read = sorted(known_ids(runtime)) == sorted(acknowledged)
    ballast.unlink()
    resumed = [count(submitted(runtime)) for _ in range(20)]
    too_large = count(submitted(runtime, 3_000))
    last = count(submitted(runtime))
    runtime.close()
    again = opened(folder / "store.db")
    with again.store.reading() as connection:
        whole = connection.execute(text("PRAGMA integrity_check")).scalar()
        found = problems(connection, again.city)
    kept = sorted(known_ids(again)) == sorted(acknowledged)
    again.close()
    return {
        "before": before,
        "alone": alone,
        "crowd": crowd,
        "bulk": bulk,
        "read": read,
        "resumed": resumed,
        "too_large": too_large,
        "last": last,
        "whole": whole,
        "problems": found,
        "kept": kept,
        "refusals": sorted(refusals),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
