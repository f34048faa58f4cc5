"""One wish for many issues, as the acts that it takes on each: what is dispatched without a unit is assigned first."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from data.act_desk import ActOutcome, IssueAct
from data.duties import Duties, duties_in_force
from data.snapshot import Snapshot
from geo.access import Role
from geo.assignment import Explanation
from geo.errors import BadValueError, ConflictError, NotFoundError, XunjieError
from geo.lifecycle import AMENDMENTS, CHANGES, Act, Status
from geo.queues import Queue
from geo.tables import IssueTable

MOST: Final = 500
"""As many issues one wish may be for."""


class BulkAct(StrEnum):
    """What can be done to many issues at once: nothing that needs a look at each."""

    ACCEPT = "accept"
    FILE = "file"
    DISPATCH = "dispatch"
    BEGIN = "begin"
    ASSIGN = "assign"
    EXTEND = "extend"
    DEFER = "defer"


_STATUS: Final = {
    BulkAct.ACCEPT: Status.ACCEPTED,
    BulkAct.FILE: Status.FILED,
    BulkAct.DISPATCH: Status.DISPATCHED,
    BulkAct.BEGIN: Status.HANDLING,
    BulkAct.DEFER: Status.DEFERRED,
}
_ACTS: Final = {BulkAct.ASSIGN: Act.ASSIGN, BulkAct.EXTEND: Act.EXTEND}
_FROM_VERIFYING: Final = frozenset({Status.VERIFYING, Status.CLOSED})
"""What leads from here to a dispatch is a finding about one issue, not an order to many."""


@dataclass(frozen=True, slots=True)
class BulkWish:
    """What is to be done: `unit` None leaves it to the rules; the rest as of an `IssueAct`."""

    kind: BulkAct
    unit: str | None = None
    note: str = ""
    until: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Previewed:
    """What would become of a wish: the issues (UUIDs) it can be done to, the acts for those, and why not the others."""

    good: tuple[str, ...]
    acts: tuple[IssueAct, ...]
    refused: tuple[tuple[str, XunjieError], ...]


def bulk_acts_for(queue: Queue, roles: frozenset[Role]) -> tuple[BulkAct, ...]:
    """What somebody with these roles may do to many issues of `queue` at once."""
    offered = []
    for kind in BulkAct:
        if kind in _ACTS:
            rule = next(rule for rule in AMENDMENTS if rule.act is _ACTS[kind])
            if rule.states & queue.states and roles & set(rule.roles):
                offered.append(kind)
            continue
        steps = [step for step in CHANGES if step.after is _STATUS[kind] and step.before not in _FROM_VERIFYING]
        if any(step.before in queue.states and roles & set(step.roles) for step in steps):
            offered.append(kind)
    return tuple(offered)


def wished_acts(
    snapshot: Snapshot, chosen: Mapping[str, int], wish: BulkWish, *, key: str
) -> tuple[list[IssueAct], dict[str, XunjieError]]:
    """The acts of `wish` on the issues `chosen` (UUID → the version that was seen), those of one issue in a row; and
    what is refused before it is tried. The same `key` (a UUID) gives the same acts, which are made once."""
    if len(chosen) > MOST:
        raise BadValueError("chosen", len(chosen), f"at most {MOST} issues at once")
    duties, table = duties_in_force(snapshot), snapshot.issues
    rows = snapshot.rows_of(list(chosen))
    known = dict(zip(snapshot.records.of(rows).id.tolist(), rows.tolist(), strict=True))
    acts: list[IssueAct] = []
    refused: dict[str, XunjieError] = {}
    for identity, version in chosen.items():
        try:
            if identity not in known:
                raise NotFoundError("issue", identity)
            acts += _acts_of(identity, version, known[identity], wish, key=key, duties=duties, table=table)
        except XunjieError as error:
            refused[identity] = error
    return acts, refused


def previewed(
    acts: Sequence[IssueAct], outcomes: Sequence[ActOutcome], refused: Mapping[str, XunjieError]
) -> Previewed:
    """The outcomes of a preview by issue: one of whose acts any is refused is left out whole."""
    bad = dict(refused)
    for act, outcome in zip(acts, outcomes, strict=True):
        if outcome.refusal is not None:
            bad.setdefault(act.issue, outcome.refusal)
    left = tuple(act for act in acts if act.issue not in bad)
    return Previewed(tuple(dict.fromkeys(act.issue for act in left)), left, tuple(bad.items()))


def proposal(snapshot: Snapshot, row: int, table: IssueTable | None = None) -> Explanation:
    """To which unit the rules in force give the issue at `row`, and by which of them."""
    return _explained(duties_in_force(snapshot), snapshot.issues if table is None else table, row)


def _explained(duties: Duties, table: IssueTable, row: int) -> Explanation:
    city = duties.city
    area, task = int(table.subdistrict[row]), int(table.task[row])
    return duties.explain(
        issue_type=city.catalogue.types[int(table.type[row])].code,
        subdistrict=city.areas.codes[area] if area >= 0 else None,
        task=city.catalogue.tasks[task].code if task >= 0 else None,
    )


def _acts_of(
    identity: str, version: int, row: int, wish: BulkWish, *, key: str, duties: Duties, table: IssueTable
) -> list[IssueAct]:
    def named(step: int) -> str:
        return str(uuid.uuid5(uuid.UUID(key), f"{identity} {step}"))

    if wish.kind is BulkAct.EXTEND:
        return [
            IssueAct(identity, version, named(0), act=Act.EXTEND, fields={"due_at": wish.due_at}, note=wish.note),
        ]
    if wish.kind not in (BulkAct.ASSIGN, BulkAct.DISPATCH):
        return [IssueAct(identity, version, named(0), _STATUS[wish.kind], note=wish.note, until=wish.until)]
    present = int(table.department[row])
    has = None if present < 0 else str(table.departments[present])
    unit = wish.unit
    if unit is None:
        unit = has if has is not None and wish.kind is BulkAct.DISPATCH else _explained(duties, table, row).unit
    if unit is None:
        raise BadValueError("rule", identity, "a rule that covers the issue, or a unit chosen by hand")
    acts: list[IssueAct] = []
    if unit != has:
        acts.append(IssueAct(identity, version, named(0), act=Act.ASSIGN, fields={"department": unit}, note=wish.note))
    if wish.kind is BulkAct.DISPATCH:
        acts.append(IssueAct(identity, version + len(acts), named(1), Status.DISPATCHED, note=wish.note))
    if not acts:
        raise ConflictError(f"{identity} is assigned to {unit} already", "assigned", issue=identity, unit=unit)
    return acts


def numbers_of(snapshot: Snapshot, identities: Sequence[str]) -> dict[str, str]:
    """The numbers of issues by UUID, for what is said of them."""
    details = snapshot.records.of(snapshot.rows_of(identities))
    return {str(identity): str(number) for identity, number in zip(details.id, details.number, strict=True)}
