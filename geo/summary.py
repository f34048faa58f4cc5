"""How many issues there are, by what has become of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.lifecycle import Stage, Status
from geo.selection import STAGES, counted, stage_of
from geo.tables import Bools, IssueTable


@dataclass(frozen=True, slots=True)
class IssueTotals:
    """Counts of issues. total = rectified + in_progress; in_progress = handling + verifying + overdue.

    `rejected` stands beside the total. `overdue` counts every issue past its deadline, whatever its state, so
    `handling` and `verifying` are those in time.
    """

    total: int
    rectified: int
    in_progress: int
    rejected: int
    overdue: int
    verifying: int
    handling: int


def issue_totals(table: IssueTable, mask: Bools, as_of_us: int) -> IssueTotals:
    """Totals of the issues in `mask` at `as_of_us` (`table` already at that moment); all zero for an empty mask.

    To have `rejected` counted under a filter that does not ask for it, select `with_rejected`.
    """
    kept = counted(table, mask)
    by_stage = np.bincount(stage_of(table, as_of_us)[kept], minlength=len(STAGES))
    count = {stage: int(by_stage[position]) for position, stage in enumerate(STAGES)}
    in_progress = count[Stage.HANDLING] + count[Stage.VERIFYING] + count[Stage.OVERDUE]
    return IssueTotals(
        total=count[Stage.CLOSED] + in_progress,
        rectified=count[Stage.CLOSED],
        in_progress=in_progress,
        rejected=int(np.count_nonzero(mask & (table.status == Status.REJECTED))),
        overdue=count[Stage.OVERDUE],
        verifying=count[Stage.VERIFYING],
        handling=count[Stage.HANDLING],
    )
