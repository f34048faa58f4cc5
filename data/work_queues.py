"""The queues of a revision: which issues of a filter wait in each, worked out once for everybody who asks."""

from __future__ import annotations

from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from data.snapshot import Recent, Snapshot
from geo.clock import to_us
from geo.filter import IssueFilter
from geo.queues import Pick, Queue, in_order, waiting
from geo.selection import still_open

MOST_OWN: Final = 20_000
"""Among so many open issues, the newest of the filter, the viewer's own are looked for."""

_MOST_KEPT: Final = 64
_KEPT: WeakKeyDictionary[Snapshot, Recent] = WeakKeyDictionary()
_LOCK: Final = Lock()


def queue_rows(
    snapshot: Snapshot, chosen: IssueFilter, queue: Queue, *, order: str = "due", account: str = ""
) -> NDArray[np.intp]:
    """Positions in the snapshot of what waits in `queue`, in that order; `account` is whose own reports are meant."""

    def find() -> NDArray[np.intp]:
        table, as_of_us = snapshot.issues_at(chosen.as_of), to_us(chosen.as_of)
        stages = snapshot.stages(chosen)
        own: list[int] = []
        if queue.pick is Pick.OWN and account:
            candidates = np.flatnonzero(still_open(stages))[-MOST_OWN:]
            own = snapshot.records.reported_by(candidates, account).tolist()
        rows = waiting(
            queue,
            table,
            stages,
            history=snapshot.history,
            as_of_us=as_of_us,
            due_soon_hours=snapshot.city.escalation.due_soon_hours,
            has_roads=snapshot.city.roads is not None,
            own=own,
        )
        return in_order(rows, table, order, history=snapshot.history, as_of_us=as_of_us)

    whose = account if queue.pick is Pick.OWN else ""
    with _LOCK:
        recent = _KEPT.setdefault(snapshot, Recent(_MOST_KEPT))
    rows = recent.get((chosen, queue.code, order, whose), find)
    rows.flags.writeable = False
    return rows
