"""What another organisation would change: which open issues its rules would give to another unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.documents.organisation import check, read
from data.duties import Duties, duties_in_force
from data.snapshot import Snapshot
from geo.filter import IssueFilter
from geo.organisation_edits import Book
from geo.selection import still_open
from geo.tables import subset


@dataclass(frozen=True, slots=True)
class Move:
    """`n` open issues that would go from one unit (its code) to another; None for no unit at all."""

    before: str | None
    after: str | None
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """The organisation that would be in force, and of the `open` issues of a filter how many would be `moved`: given
    to a unit of another code, or to none any more, or to one for the first time. `moves` are those by unit, the largest
    first; `rows` their positions in the snapshot."""

    duties: Duties
    open: int
    moved: int
    moves: tuple[Move, ...]
    rows: NDArray[np.intp]


def preview(snapshot: Snapshot, content: Mapping[str, Any], chosen: IssueFilter) -> Preview:
    """What would follow from putting `content`, over the open issues that `chosen` means; nothing is written.

    Raises BadValueError where the content cannot be taken.
    """
    return preview_of(snapshot, read(check(content, snapshot.city)), chosen)


def preview_of(snapshot: Snapshot, book: Book, chosen: IssueFilter) -> Preview:
    """The same of a book that was checked."""
    before, after = duties_in_force(snapshot), Duties(snapshot.city, book.organisation, book.rules)
    rows = np.flatnonzero(still_open(snapshot.stages(chosen)))
    issues = subset(snapshot.issues_at(chosen.as_of), rows)
    units = [duties.unit_of(issues) for duties in (before, after)]
    codes = [np.array([*duties.organisation.codes, ""], object) for duties in (before, after)]
    old, new = (code[unit] for code, unit in zip(codes, units, strict=True))
    moved = np.flatnonzero(old != new)
    counts: dict[tuple[str, str], int] = {}
    for pair in zip(old[moved].tolist(), new[moved].tolist(), strict=True):
        counts[pair] = counts.get(pair, 0) + 1
    moves = sorted((Move(b or None, a or None, n) for (b, a), n in counts.items()), key=lambda m: (-m.n, str(m)))
    return Preview(after, len(rows), len(moved), tuple(moves), rows[moved])
