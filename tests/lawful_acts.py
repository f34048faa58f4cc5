"""Lawful acts on an issue, chosen by numbers: what laws of the store are held against."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from unittest.mock import patch

import numpy as np
import shapely

from data.act_desk import IssueAct
from data.runtime import Runtime
from data.store.projection import Projection
from geo.campaign import Campaign
from geo.clock import NEVER, to_us
from geo.history import endings_at
from geo.lifecycle import CHANGES, Act, Deadline, Status
from tests.small_city import CLOCK
from tests.strategies import DEPARTMENTS

BEGIN = CLOCK - timedelta(hours=20)
FAR = CLOCK + timedelta(days=30_000)
SHAPES = (
    shapely.Point(106.705, 26.603),
    shapely.Point(106.716, 26.606),
    shapely.LineString([(106.703, 26.604), (106.714, 26.606)]),
    shapely.box(106.703, 26.602, 106.712, 26.611),
)


@contextmanager
def moving_clock() -> Iterator[None]:
    """Every act comes an hour after the one before it."""
    hours = count()

    def now(_campaign: Campaign) -> datetime:
        return BEGIN + timedelta(hours=next(hours))

    with patch("data.store.acting.campaign_now", now):
        yield


def an_act(runtime: Runtime, row: int, choice: int, *, actor: str = "") -> IssueAct:
    """One act that the state of the issue at position `row` allows, from the version it has; photos have laws apart."""
    details = runtime.snapshot.records.of(np.array([row]))
    identity, version = str(details.id[0]), int(details.version[0])
    status = Status(int(runtime.snapshot.issues.status[row]))
    known = {"issue": identity, "version": version, "client_uuid": str(uuid.uuid4()), "note": "reason"}
    nexts = [rule for rule in CHANGES if rule.before == status]
    if choice % 3 == 0 and nexts:
        rule = nexts[choice // 3 % len(nexts)]
        until = FAR + timedelta(days=choice % 5) if rule.deadline is Deadline.NOT_BEFORE else None
        return IssueAct(**known, status=rule.after, evidence="proof", until=until)
    turn = choice // 3
    types = [entry.code for entry in runtime.city.catalogue.types]
    tasks = [None, *(entry.code for entry in runtime.city.catalogue.tasks)]
    amendments: tuple[tuple[Act, dict[str, object]], ...] = (
        (Act.CORRECT, {"type": types[turn % len(types)], "task": tasks[turn % len(tasks)]}),
        (Act.CORRECT, {"geometry": SHAPES[turn % len(SHAPES)], "description": f"corrected {turn % 7}"}),
        (Act.CORRECT, {"address": f"road {turn}"}),
        (Act.ASSIGN, {"department": (*DEPARTMENTS, None)[turn % 3]}),
        (Act.EXTEND, {"due_at": CLOCK + timedelta(hours=turn % 97 - 48)}),
        (Act.LINK, {"duplicate_of": str(runtime.snapshot.records.of(np.array([turn % (row + 1)])).id[0])}),
        (Act.UNLINK, {}),
    )
    act, fields = amendments[turn % len(amendments)]
    return IssueAct(**known, act=act, fields=fields)


def same_past(runtime: Runtime, then: Projection, as_of: datetime) -> None:
    """What the snapshot shows of `as_of` is the replay of the log cut there."""
    snapshot, city, as_of_us = runtime.snapshot, runtime.city, to_us(as_of)
    table = snapshot.issues_at(as_of)
    known = np.flatnonzero(table.status >= 0)
    details = snapshot.records.of(known, as_of_us=as_of_us)
    endings = endings_at(snapshot.history, known, as_of_us)
    assert set(details.id) == set(then.issues)
    placed = runtime._placer
    for at, row in enumerate(known.tolist()):
        columns = then.issues[details.id[at]].columns
        [place] = placed.issues(np.array([shapely.from_wkb(columns["wkb"])], object), [columns]).columns
        shown = {
            "status": int(table.status[row]),
            "rework": int(endings.rework[at]),
            "closed_us": int(endings.closed_us[at]),
            "type": city.catalogue.types[table.type[row]].code,
            "task": city.catalogue.tasks[table.task[row]].code if table.task[row] >= 0 else None,
            "due_us": int(table.due_us[row]),
            "department": [*table.departments, None][table.department[row]],
            "subdistrict": [*city.areas.codes, None][table.subdistrict[row]],
            "segment": [*(city.roads.segment_codes if city.roads else ()), None][table.segment[row]],
            "lon_e7": int(table.lon_e7[row]),
            "description": details.description[at],
            "address": details.address[at],
            "source_datum": details.source_datum[at],
            "wkb": columns["wkb"] if table.is_point[row] else table.wkb(row),
            "is_point": bool(table.is_point[row]),
        }
        wanted = {**columns, **place, "lon_e7": round(place["lon"] * 1e7)}
        wanted |= {name: NEVER if wanted[name] is None else wanted[name] for name in ("due_us", "closed_us")}
        assert shown == {name: wanted[name] for name in shown}
