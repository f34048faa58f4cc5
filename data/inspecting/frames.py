"""What can be drawn: the campaign's points, or a register's closed issues, parted into strata."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.documents.draw_book import STRATA, SUBJECTS
from data.snapshot import Snapshot
from geo.city import City
from geo.draw import Frame, frame_of
from geo.errors import BadValueError
from geo.filter import IssueFilter
from geo.selection import CLOSED, select_points

MOST_FRAME: Final = 20_000
ALL: Final = "all"
NOWHERE: Final = "-"
STRATA_OF: Final = {
    "points": tuple(code for code in STRATA if code != "type"),
    "issues": tuple(code for code in STRATA if code != "site_class"),
}
"""By what each subject can be stratified."""


def frame_at(
    snapshot: Snapshot, subject: str, by: str, as_of: datetime, *, register: str | None = None, campaign: str
) -> Frame:
    """What could be drawn at `as_of`: all points of the campaign (ids are their codes), or the closed issues of a
    register (UUIDs), to see whether what was written off holds. Strata are codes; "-" holds what has none.

    Raises BadValueError for a subject or stratification that is not known, an empty frame or one over MOST_FRAME.
    """
    if subject not in SUBJECTS:
        raise BadValueError("subject", subject, "one of " + ", ".join(SUBJECTS))
    if by not in STRATA_OF[subject]:
        raise BadValueError("by", by, "one of " + ", ".join(STRATA_OF[subject]))
    city = snapshot.city
    if subject == "points":
        asked = IssueFilter(campaign=campaign, register=city.campaign(campaign).default_register, as_of=as_of)
        rows = np.flatnonzero(select_points(snapshot.points, city, asked))
    else:
        if register not in city.campaign(campaign).register_codes:
            raise BadValueError("register", register, "one of " + ", ".join(city.campaign(campaign).register_codes))
        rows = np.flatnonzero(snapshot.stages(IssueFilter(campaign, str(register), as_of)) == CLOSED)
    if not 0 < len(rows) <= MOST_FRAME:
        raise BadValueError("subject", f"{len(rows)} {subject}", f"1 to {MOST_FRAME} to draw from")
    ids = snapshot.points.code[rows] if subject == "points" else snapshot.records.of(rows).id
    table = snapshot.points if subject == "points" else snapshot.issues_at(as_of)
    strata = [ALL] * len(rows) if by == "none" else _strata(city, by, getattr(table, by)[rows])
    return frame_of(zip(map(str, ids), strata, strict=True))


def _strata(city: City, by: str, positions: NDArray[np.integer]) -> list[str]:
    """The codes at these positions of the city's list of `by`; NOWHERE for −1."""
    if by == "subdistrict":
        codes: Sequence[str] = city.areas.codes
    elif by == "type":
        codes = [entry.code for entry in city.catalogue.types]
    else:
        codes = [entry.code for entry in city.catalogue.site_classes]
    return [codes[at] if at >= 0 else NOWHERE for at in positions.tolist()]
