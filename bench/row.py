"""One line of the table: what was timed, how often, ours, the peer's, and whether the answers agree."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """`n` is the size of the work; `ours` and `peer` are medians in `unit`; `ratio` = peer ÷ ours, times better than
    the peer. `equal` says that both answers were compared and agree; None where there is nothing to compare.
    """

    name: str
    n: int
    ours: float
    peer: float | None
    peer_name: str | None
    unit: str
    ratio: float | None
    equal: bool | None


def compared(name: str, n: int, ours: float, peer: float, peer_name: str, *, equal: bool, unit: str = "ms") -> Row:
    """A row with its ratio."""
    return Row(name, n, round(ours, 4), round(peer, 4), peer_name, unit, round(peer / ours, 2), equal)


def median_ms(work: Callable[[], object], repeats: int) -> float:
    """The median time of `work` in milliseconds, after one run that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def median_cpu_ms(work: Callable[[], object], repeats: int) -> float:
    """The median processor time of `work` in milliseconds, all threads together, after one run that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append((time.process_time() - start) * 1e3)
    return statistics.median(times)


def table(rows: Sequence[Row]) -> str:
    """The rows as a table in plain text."""
    head = ("what", "n", "ours", "peer", "unit", "ratio", "equal", "peer's name")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    left = {0, 7}
    return "\n".join(
        "  ".join(
            cell.ljust(w) if i in left else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def write_json(rows: Sequence[Row], file: Path) -> None:
    """The rows as JSON, the folder made when needed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        f"{row.n:,}",
        f"{row.ours:,.2f}",
        "" if row.peer is None else f"{row.peer:,.2f}",
        row.unit,
        "" if row.ratio is None else f"{row.ratio:,.1f} ×",
        {True: "yes", False: "NO", None: ""}[row.equal],
        row.peer_name or "",
    )
