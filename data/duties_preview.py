"""What another organisation would change: which open issues its rules would give to another unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.documents.organisation import check, read
from data.duties import Duties, duties_in_force
from data.snapshot import Snapshot
from geo.filter import IssueFilter
from geo.selection import still_open
from geo.tables import subset


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """The organisation that would be in force, and of the `open` issues of a filter how many would be `moved`: given
    to a unit of another code, or to none any more, or to one for the first time."""

    duties: Duties
    open: int
    moved: int


def preview(snapshot: Snapshot, content: Mapping[str, Any], chosen: IssueFilter) -> Preview:
    """What would follow from putting `content`, over the open issues that `chosen` means; nothing is written.

    Raises BadValueError where the content cannot be taken.
    """
    book = read(check(content, snapshot.city))
    before, after = duties_in_force(snapshot), Duties(snapshot.city, book.organisation, book.rules)
    rows = np.flatnonzero(still_open(snapshot.stages(chosen)))
    issues = subset(snapshot.issues_at(chosen.as_of), rows)
    codes = [np.array([*duties.organisation.codes, ""], object) for duties in (before, after)]
    old, new = (code[duties.unit_of(issues)] for code, duties in zip(codes, (before, after), strict=True))
    return Preview(after, len(rows), int(np.count_nonzero(old != new)))
