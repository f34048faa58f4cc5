"""How many issues there are, by what has become of them."""

from __future__ import annotations

from dataclasses import dataclass

from geo.density import Counts
from geo.lifecycle import Stage
from geo.selection import STAGES


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


def issue_totals(counts: Counts) -> IssueTotals:
    """Totals of what was added up; all zero for nothing."""
    count = {stage: int(counts.by_stage[position]) for position, stage in enumerate(STAGES)}
    in_progress = count[Stage.HANDLING] + count[Stage.VERIFYING] + count[Stage.OVERDUE]
    return IssueTotals(
        total=count[Stage.CLOSED] + in_progress,
        rectified=count[Stage.CLOSED],
        in_progress=in_progress,
        rejected=count[Stage.REJECTED],
        overdue=count[Stage.OVERDUE],
        verifying=count[Stage.VERIFYING],
        handling=count[Stage.HANDLING],
    )
