"""What was found of what was drawn, and what that says of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np

from data.documents.draw_book import DRAW_CHECKS, DrawRecord, read_check
from data.snapshot import Snapshot
from geo.clock import to_us
from geo.sampling import Estimate, StratumResult, estimate


def findings(snapshot: Snapshot, record: DrawRecord, as_of: datetime) -> dict[str, bool]:
    """What was found of each thing drawn, by id, until `as_of`; what is not checked yet is not in it.

    A point: whether its first visit since the draw found it compliant. An issue: the finding recorded for it.
    """
    if record.drawn_at is None:
        return {}
    drawn = {name for name, _ in record.drawn}
    if record.subject == "issues":
        checks = (read_check(document.content) for document in snapshot.documents.of(DRAW_CHECKS).values())
        return {check.unit: check.holds for check in checks if check.draw == record.id and check.unit in drawn}
    found: dict[str, bool] = {}
    visits = snapshot.visits
    since = (visits.at_us >= to_us(record.drawn_at)) & (visits.at_us <= to_us(as_of))
    for row in np.flatnonzero(since).tolist():  # in order of time for each point
        code = str(snapshot.points.code[visits.point[row]])
        if code in drawn:
            found.setdefault(code, bool(visits.compliant[row]))
    return found


def result_of(record: DrawRecord, found: Mapping[str, bool]) -> Estimate:
    """The share of the frame that complies (or holds), as far as the draw supports one."""
    strata: dict[str, list[int]] = {stratum: [size, 0, 0, 0] for stratum, size in record.sizes.items()}
    for name, stratum in record.drawn:
        strata[stratum][1] += 1
        if name in found:
            strata[stratum][2] += 1
            strata[stratum][3] += found[name]
    return estimate({stratum: StratumResult(*counts) for stratum, counts in strata.items()})
