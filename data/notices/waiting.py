"""What the clock tells a viewer: how much of theirs is due soon or overdue, by level, and the most pressing of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from data.duties import newest_us
from data.overdue_list import OverdueIssue, overdue_issues
from data.snapshot import Recent, Snapshot
from data.unit_work import unit_work
from geo.access import Role, Scope, Viewer
from geo.campaign import Campaign
from geo.clock import from_us
from geo.filter import IssueFilter
from geo.notices import WAITING
from geo.overdue import DUE_SOON
from geo.permissions import Action, reach
from geo.selection import OVERDUE

_KEPT: Final = 64
_STEP: Final = timedelta(minutes=1)
_kept: WeakKeyDictionary[Snapshot, Recent] = WeakKeyDictionary()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Waiting:
    """`by_level` is parallel to the city's levels of escalation; `first` are those due first, over all registers (which
    are told apart: each is counted for itself, and an issue stands in one of them)."""

    due_soon: int
    overdue: int
    by_level: tuple[int, ...]
    first: tuple[OverdueIssue, ...]


def waiting_for(snapshot: Snapshot, viewer: Viewer, campaign: Campaign, *, most: int) -> Waiting:
    """What waits for `viewer` in `campaign`; nothing for roles that do not rectify, verify or dispatch."""
    within = reach(viewer, Action.SEE_ISSUES)
    if within is None or not viewer.is_any_of(*WAITING):
        return Waiting(0, 0, (0,) * len(snapshot.city.escalation.levels), ())
    if not viewer.is_any_of(Role.COMMANDER):  # what another role lets them see is not theirs to do
        within = within.narrowed(Scope(viewer.scope.subdistricts, viewer.scope.departments))
    moment = stepped(snapshot, campaign)
    with _lock:
        recent = _kept.setdefault(snapshot, Recent(_KEPT))
    key = (campaign.code, within, moment, most)
    return recent.get(key, lambda: _waiting(snapshot, within, campaign, moment, most))


def stepped(snapshot: Snapshot, campaign: Campaign) -> datetime:
    """The campaign's now, in steps of a minute that never hide what has happened."""
    exact = snapshot.now(campaign)
    if campaign.clock is not None:
        return exact
    newest = from_us(newest_us(snapshot))
    step = exact - timedelta(seconds=exact.second % int(_STEP.total_seconds()), microseconds=exact.microsecond)
    return step if newest is None else min(exact, max(step, newest))


def _waiting(snapshot: Snapshot, within: Scope, campaign: Campaign, moment: datetime, most: int) -> Waiting:
    levels = len(snapshot.city.escalation.levels)
    by_level, overdue, first = np.zeros(1 + levels, np.int64), 0, []
    for register in campaign.registers:
        chosen = IssueFilter(campaign.code, register.code, moment, within=within)
        work = unit_work(snapshot, chosen)
        by_level += np.bincount(work.level[work.level >= DUE_SOON], minlength=1 + levels)
        overdue += int(np.count_nonzero(snapshot.stages(chosen) == OVERDUE))
        first += overdue_issues(snapshot, chosen, work, most=most, soon=True)[0]
    first.sort(key=lambda entry: (entry.due_us, entry.row))
    return Waiting(int(by_level[DUE_SOON]), overdue, tuple(by_level[1:].tolist()), tuple(first[:most]))
