"""Lawful acts on an issue, chosen by numbers: what laws of the store are held against."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from unittest.mock import patch
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from PIL import Image

from data.act_desk import IssueAct
from data.photos.reading import CleanPhoto, read_photo
from data.photos.rows import KINDS, attached_to
from data.runtime import Runtime
from data.store.projection import Projection
from geo.campaign import Campaign
from geo.clock import NEVER, from_us, to_us
from geo.history import endings_at
from geo.lifecycle import CHANGES, OPEN, Act, Deadline, Status
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


@cache
def _photo() -> tuple[bytes, CleanPhoto]:
    """A tiny photo, and what our reader makes of it: it is read once."""
    file = io.BytesIO()
    Image.new("RGB", (8, 6), (90, 120, 60)).save(file, "JPEG")
    return file.getvalue(), read_photo(file.getvalue())


_PUT: WeakKeyDictionary[Runtime, str] = WeakKeyDictionary()


def photo_in(runtime: Runtime) -> str:
    """The hash of the one photo that the store has for acts; put when it is first asked for."""
    if runtime not in _PUT:
        content, clean = _photo()
        with patch("data.photos.book.read_photo", lambda _content: clean):
            _PUT[runtime] = runtime.photos.add(content, uploader="somebody").photo.sha256
    return _PUT[runtime]


def an_act(runtime: Runtime, row: int, choice: int) -> IssueAct:
    """One act that the state of the issue at position `row` allows, from the version it has; `refusal_of` tells which
    of them would be refused all the same."""
    details = runtime.snapshot.records.of(np.array([row]))
    identity, version = str(details.id[0]), int(details.version[0])
    status = Status(int(runtime.snapshot.issues.status[row]))
    known = {"issue": identity, "version": version, "client_uuid": str(uuid.uuid4()), "note": "reason"}
    nexts = [rule for rule in CHANGES if rule.before == status]
    if choice % 3 == 0 and nexts:
        rule = nexts[choice // 3 % len(nexts)]
        until = FAR + timedelta(days=choice % 5) if rule.deadline is Deadline.NOT_BEFORE else None
        return IssueAct(**known, status=rule.after, evidence="proof", until=until)
    turn, is_open = choice // 3, status in OPEN
    reported = from_us(int(runtime.snapshot.issues.reported_us[row]))
    assert reported is not None
    types = [entry.code for entry in runtime.city.catalogue.types]
    tasks = [None, *(entry.code for entry in runtime.city.catalogue.tasks)]
    amendments: tuple[tuple[Act, dict[str, object]], ...] = (
        (Act.CORRECT, {"type": types[turn % len(types)], "task": tasks[turn % len(tasks)]}),
        (Act.CORRECT, {"geometry": SHAPES[turn % len(SHAPES)], "description": f"corrected {turn % 7}"}),
        (Act.CORRECT, {"address": f"road {turn}"}),
        (Act.LINK, {"duplicate_of": str(runtime.snapshot.records.of(np.array([turn % (row + 1)])).id[0])}),
        (Act.UNLINK, {}),
        (Act.ATTACH, {}),
        (Act.ASSIGN, {"department": (*DEPARTMENTS, None)[turn % 3]}),
        (Act.EXTEND, {"due_at": max(reported, CLOCK + timedelta(hours=turn % 97 - 48))}),
        (Act.ASK, {"until": FAR + timedelta(days=9 + turn % 7)}),
    )
    offered = amendments if is_open else amendments[:-3]
    act, fields = offered[turn % len(offered)]
    if act is Act.ATTACH:
        fields = {"photo": photo_in(runtime), "kind": KINDS[turn // len(offered) % len(KINDS)]}
        act = Act.DETACH if _is_attached(runtime, identity, fields) else act
    if act is Act.ASK and runtime.askings([identity]) and turn % 2:
        act, fields = Act.REFUSE, {}
    return IssueAct(**known, act=act, fields=fields)


def _is_attached(runtime: Runtime, identity: str, fields: Mapping[str, object]) -> bool:
    with runtime.store.reading() as connection:
        return (fields["photo"], fields["kind"]) in {
            (one.sha256, one.kind) for one in attached_to(connection, identity)
        }


NOTHING, CIRCLE = "nothing would change", "by its own links"
UNDATED, ASKED = "has no deadline", "answered first"


def refusal_of(runtime: Runtime, act: IssueAct) -> str | None:
    """What a lawful act is refused with: it would change nothing, or link an issue to itself; None where it is made.
    Told from what readers see, not from what the writer knows."""
    if act.act in (None, Act.ATTACH, Act.DETACH, Act.REFUSE):
        return None
    snapshot, row = runtime.snapshot, runtime.snapshot.row(act.issue)
    table, at = snapshot.issues, np.array([row])
    details, [standing] = snapshot.records.of(at), snapshot.records.standings(at)
    if act.act is Act.LINK:
        target, seen = str(act.fields["duplicate_of"]), {act.issue}
        while target not in seen:
            seen.add(target)
            [other] = snapshot.records.standings(np.array([snapshot.row(target)]))
            if other.duplicate_of is None:
                break
            target = other.duplicate_of
        else:
            return CIRCLE
    if act.act is Act.ASK:
        return UNDATED if table.due_us[row] == NEVER else ASKED if runtime.askings([act.issue]) else None
    if act.act is Act.UNLINK:
        return NOTHING if standing.duplicate_of is None else None
    tasks, departments = [*(t.code for t in snapshot.city.catalogue.tasks), None], [*table.departments.tolist(), None]
    present = {
        "type": snapshot.city.catalogue.types[int(table.type[row])].code,
        "task": tasks[int(table.task[row])],
        "description": details.description[0],
        "address": details.address[0],
        "department": departments[int(table.department[row])],
        "due_at": from_us(int(table.due_us[row])),
        "duplicate_of": standing.duplicate_of,
    }
    same = {name: present[name] == value for name, value in act.fields.items() if name in present}
    if "geometry" in act.fields:
        [lon], [lat] = table.lonlat(at)
        stands = shapely.Point(lon, lat) if table.is_point[row] else shapely.from_wkb(table.wkb(row))
        same["geometry"] = bool(shapely.equals_exact(stands, act.fields["geometry"], 1e-7, normalize=True))
    return NOTHING if all(same.values()) else None


def same_past(runtime: Runtime, then: Projection, as_of: datetime) -> None:
    """What the snapshot shows of `as_of` is the replay of the log cut there."""
    snapshot, city, as_of_us = runtime.snapshot, runtime.city, to_us(as_of)
    table = snapshot.issues_at(as_of)
    known = np.flatnonzero(table.status >= 0)
    details = snapshot.records.of(known, as_of_us=as_of_us)
    endings = endings_at(snapshot.history, known, as_of_us)
    assert set(details.id) == set(then.issues)
    asked = {identity: record.asking for identity, record in then.issues.items() if record.asking is not None}
    assert runtime.askings(list(details.id), as_of=as_of) == asked
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
