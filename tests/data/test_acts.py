"""Acts on issues: who may do what, what each does to deadline, place and figures, and that nothing gets lost."""

from __future__ import annotations

import io
import uuid
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import numpy as np
import orjson
import pytest
import shapely
from PIL import Image
from sqlalchemy import Connection, select

from data.act_desk import IssueAct
from data.catching_up import read_snapshot
from data.runtime import Runtime
from data.store.act_effects import deadline_from
from data.store.acting import ChangeReceipt, RefusedTogetherError
from data.store.database import read_events
from data.store.past import ISSUE_PAST, ISSUE_PHOTO
from data.store.projection import project
from data.store.schema import ISSUE
from data.store.verify import problems
from geo.access import Role, Scope, Viewer
from geo.catalogue import Catalogue, IssueType, TypeGroup
from geo.city import City
from geo.clock import to_us
from geo.errors import BadValueError, ConflictError, NotAllowedError, NotFoundError, StaleError, TransitionError
from geo.filter import IssueFilter
from geo.lifecycle import CHANGES, Act, Deadline, Status
from geo.text import Text
from geo.working_days import deadline
from tests.data.test_changes import LIFE, change, reported
from tests.data.test_laws_of_the_store import same_readings
from tests.small_city import CLOCK

S = Status
LATER = CLOCK + timedelta(days=3)
PHOTO = "ab" * 32
TO_VERIFYING = (S.ACCEPTED, S.FILED, S.DISPATCHED, S.HANDLING, S.VERIFYING)


def amend(live: Runtime, issue: str, version: int, act: Act | str, **options: object) -> ChangeReceipt:
    given = {"actor": "commander", "client_uuid": str(uuid.uuid4()), "note": "because"} | options
    told = {name: given.pop(name) for name in ("actor", "client_uuid", "note")}
    return live.amend(issue, version, act, given, **told)


def brought_to(live: Runtime, status: Status, **changes: object) -> tuple[str, int]:
    """An issue in that status, and its version."""
    issue, version = reported(live, **changes), 1
    for step in TO_VERIFYING[: TO_VERIFYING.index(status) + 1] if status in TO_VERIFYING else ():
        evidence = "photo" if step is S.VERIFYING else ""
        version = change(live, issue, version, step, actor="works", evidence=evidence).version
    return issue, version


def viewer(*roles: Role, account: str = "a-1", **scope: frozenset[str]) -> Viewer:
    return Viewer(account, "name", frozenset(roles), Scope(**scope))


def row_of(connection: Connection, issue: str) -> Mapping[str, object]:
    return connection.execute(select(ISSUE).where(ISSUE.c.id == issue)).one()._mapping


def sound(live: Runtime) -> None:
    """Rows are the replay, and the snapshot that followed reads like the one made anew."""
    with live.store.reading() as connection:
        assert problems(connection, live.city) == []
    same_readings(live.snapshot, read_snapshot(live.store, live.city))


def shown(live: Runtime, issue: str, as_of: datetime = CLOCK) -> dict[str, object]:
    """What the tables show of an issue at a moment."""
    table, city = live.snapshot.issues_at(as_of), live.city
    row = live.snapshot.row(issue)
    area, department = int(table.subdistrict[row]), int(table.department[row])
    return {
        "type": city.catalogue.types[table.type[row]].code,
        "task": city.catalogue.tasks[table.task[row]].code if table.task[row] >= 0 else None,
        "due_us": int(table.due_us[row]),
        "subdistrict": city.areas.codes[area] if area >= 0 else None,
        "department": table.departments[department] if department >= 0 else None,
        "point": bool(table.is_point[row]),
    }


def test_an_issue_is_assigned_and_found_by_its_department(live: Runtime) -> None:
    first, second = reported(live), reported(live)
    assert amend(live, first, 1, Act.ASSIGN, department="城管局", note="").version == 2
    chosen = IssueFilter("first", "supervision", CLOCK, departments=("城管局",))
    assert live.snapshot.counts(chosen).total == 1
    assert live.snapshot.counts(replace(chosen, departments=("-",))).total == 1
    assert live.snapshot.counts(replace(chosen, departments=("nobody",))).total == 0
    amend(live, second, 1, Act.ASSIGN, department="城管局")
    amend(live, first, 2, Act.ASSIGN, department=None)
    assert (shown(live, first)["department"], shown(live, second)["department"]) == (None, "城管局")
    with pytest.raises(ConflictError, match="nothing would change"):
        amend(live, first, 3, Act.ASSIGN, department=None)
    sound(live)


def test_a_report_may_come_with_its_department(live: Runtime) -> None:
    issue = reported(live, department="d-1")
    assert shown(live, issue)["department"] == "d-1"
    with pytest.raises(BadValueError, match="department"):
        reported(live, department=" ")
    sound(live)


def test_extensions_are_counted_and_the_deadline_in_force_decides_what_is_overdue(live: Runtime) -> None:
    issue = reported(live, reported_at=CLOCK - timedelta(days=5))  # due after a day
    overdue = IssueFilter("first", "supervision", CLOCK, stages=("overdue",))
    assert live.snapshot.counts(overdue).total == 1
    amend(live, issue, 1, Act.EXTEND, due_at=LATER)
    assert live.snapshot.counts(overdue).total == 0
    amend(live, issue, 2, Act.EXTEND, due_at=CLOCK - timedelta(days=1))  # brought forward: no extension
    assert live.snapshot.counts(overdue).total == 1
    amend(live, issue, 3, Act.EXTEND, due_at=LATER)
    with live.store.reading() as connection:
        assert row_of(connection, issue)["extensions"] == 2
    for bad in (None, "tomorrow", CLOCK - timedelta(days=9)):
        with pytest.raises(BadValueError, match="due_at"):
            amend(live, issue, 4, Act.EXTEND, due_at=bad)
    with pytest.raises(BadValueError, match="a reason for extend"):
        amend(live, issue, 4, Act.EXTEND, due_at=LATER + timedelta(1), note=" ")
    sound(live)


def test_a_correction_changes_every_reading_and_not_what_was_seen_before(live: Runtime) -> None:
    ahead = CLOCK + timedelta(hours=2)  # a phone whose clock is fast: the correction is dated to it
    issue = reported(live, reported_at=ahead, description="井盖", address="甲路")
    before = shown(live, issue, ahead)
    line = shapely.LineString([(106.705, 26.6), (106.715, 26.603)])
    wish = {"type": "E0110", "task": "T02", "description": "坑洼", "address": "乙路", "geometry": line}
    amend(live, issue, 1, Act.CORRECT, **wish)
    now = shown(live, issue, ahead)
    assert (now["type"], now["task"], now["point"]) == ("E0110", "T02", False)
    [details] = [live.snapshot.records.of(np.array([0]))]
    assert (details.description[0], details.address[0], details.version[0]) == ("坑洼", "乙路", 2)
    with live.store.reading() as connection:
        [was] = connection.execute(select(ISSUE_PAST)).all()
        assert (was.type, was.description, was.until_us, was.is_point) == (before["type"], "井盖", to_us(ahead), True)
    sound(live)
    amend(live, issue, 2, Act.CORRECT, geometry=shapely.Point(106.71, 26.6))
    assert shown(live, issue, ahead)["point"]
    sound(live)


def test_coordinates_of_a_correction_are_converted_and_kept(live: Runtime) -> None:
    issue = reported(live)
    amend(live, issue, 1, Act.CORRECT, geometry=shapely.Point(106.715, 26.6), datum="gcj02")
    with live.store.reading() as connection:
        row = row_of(connection, issue)
        assert (row["source_datum"], row["source_x"], row["source_y"]) == ("gcj02", 106.715, 26.6)
        assert 0.003 < 106.715 - row["lon"] < 0.007
    for bad in (shapely.Point(0, 0), "here", shapely.Point()):
        with pytest.raises(BadValueError):
            amend(live, issue, 2, Act.CORRECT, geometry=bad)
    sound(live)


@pytest.mark.parametrize(
    ("act", "fields", "key"),
    [
        ("bury", {}, "act"),
        (Act.CORRECT, {}, "set"),
        (Act.CORRECT, {"type": "E9999"}, "type"),
        (Act.CORRECT, {"task": 1}, "task"),
        (Act.CORRECT, {"description": "\0"}, "description"),
        (Act.CORRECT, {"status": "CLOSED"}, "status"),
        (Act.CORRECT, {"type": "E0110", "note": ""}, "note"),
        (Act.ASSIGN, {}, "department"),
        (Act.ASSIGN, {"department": "-"}, "department"),
        (Act.ASSIGN, {"department": "d", "due_at": LATER}, "due_at"),
        (Act.ATTACH, {"photo": "x", "kind": "before"}, "photo"),
        (Act.ATTACH, {"photo": PHOTO, "kind": "during"}, "kind"),
        (Act.UNLINK, {"duplicate_of": None}, "duplicate_of"),
    ],
)
def test_what_an_amendment_lacks_is_named_and_nothing_is_written(
    live: Runtime, act: str, fields: dict[str, object], key: str
) -> None:
    issue = reported(live)
    with pytest.raises(BadValueError) as bad:
        amend(live, issue, 1, act, **fields)
    assert bad.value.key == key
    assert live.snapshot.revision == 1


UNITS = [
    {"code": code, "kind": kind, "name": {"zh": code, "en": code}}
    for code, kind in (("D01", "department"), ("D02", "department"), ("O1", "office"), ("L1", "leader"))
]


def put_units(live: Runtime, version: int, *codes: str, retired: bool = False) -> None:
    content = {"units": [unit for unit in UNITS if unit["code"] in codes], "rules": []}
    live.put_document(
        "organisation", "current", content, version, client_uuid=str(uuid.uuid4()), actor="a-1", retired=retired
    )


def test_an_issue_is_given_to_units_of_the_organisation_in_force_alone(live: Runtime) -> None:
    issue, known = reported(live), str(uuid.uuid4())
    amend(live, issue, 1, Act.ASSIGN, department="any", actor="c")  # this city keeps no organisation yet
    put_units(live, 0, "D01", "O1", "L1")
    for unknown in ("any other", "D02", "L1", "d01"):
        wish = IssueAct(issue, 2, str(uuid.uuid4()), act=Act.ASSIGN, fields={"department": unknown})
        with pytest.raises(BadValueError, match="department or office of the organisation in force") as refused:
            amend(live, issue, 2, Act.ASSIGN, department=unknown)
        assert (refused.value.key, refused.value.value) == ("department", unknown)
        [previewed] = live.act_many([wish], actor="c", preview=True)
        assert isinstance(previewed.refusal, BadValueError)
        with pytest.raises(RefusedTogetherError):
            live.act_many([wish], actor="c")
    amend(live, issue, 2, Act.ASSIGN, department="O1")
    made = amend(live, issue, 3, Act.ASSIGN, department="D01", client_uuid=known)
    amend(live, issue, 4, Act.ASSIGN, department=None)
    put_units(live, 1, "D02")
    assert amend(live, issue, 3, Act.ASSIGN, department="D01", client_uuid=known) == replace(made, created=False)
    with pytest.raises(BadValueError):
        amend(live, issue, 5, Act.ASSIGN, department="D01")
    put_units(live, 2, "D02", retired=True)
    amend(live, issue, 5, Act.ASSIGN, department="whoever")
    sound(live)


def test_duplicates_are_linked_without_circles(live: Runtime) -> None:
    a, b, c = (reported(live) for _ in range(3))
    amend(live, a, 1, Act.LINK, duplicate_of=b)
    amend(live, b, 1, Act.LINK, duplicate_of="SC-00003")
    for issue, version, target in ((c, 1, a), (c, 1, c), (a, 2, a)):
        with pytest.raises(ConflictError, match="by its own links"):
            amend(live, issue, version, Act.LINK, duplicate_of=target)
    with pytest.raises(NotFoundError):
        amend(live, c, 1, Act.LINK, duplicate_of=str(uuid.uuid4()))
    bounded = viewer(Role.INSPECTOR, subdistricts=frozenset({"B"}))  # all of them lie in A
    with pytest.raises(NotFoundError):
        amend(live, c, 1, Act.LINK, duplicate_of=a, actor=bounded)
    amend(live, a, 2, Act.UNLINK)
    amend(live, c, 1, Act.LINK, duplicate_of=a)
    with live.store.reading() as connection:
        assert [row_of(connection, issue)["duplicate_of"] for issue in (a, b, c)] == [None, c, a]
    sound(live)


def test_photos_are_attached_and_detached_by_reference(live: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.store.acting.check_attach", lambda _connection, _photo: None)  # no file is needed here
    issue = reported(live)
    amend(live, issue, 1, Act.ATTACH, photo=PHOTO, kind="before", actor="i-1", note="")
    amend(live, issue, 2, Act.ATTACH, photo=PHOTO, kind="after")
    with pytest.raises(ConflictError, match="already attached"):
        amend(live, issue, 3, Act.ATTACH, photo=PHOTO, kind="after")
    amend(live, issue, 3, Act.DETACH, photo=PHOTO, kind="after")
    with pytest.raises(ConflictError, match="not attached"):
        amend(live, issue, 4, Act.DETACH, photo=PHOTO, kind="after")
    with live.store.reading() as connection:
        assert [(row.photo, row.kind, row.actor) for row in connection.execute(select(ISSUE_PHOTO))] == [
            (PHOTO, "before", "i-1")
        ]
        assert list(project(read_events(connection)).issues[issue].photos) == [(PHOTO, "before")]


def test_a_stale_amendment_is_told_the_difference_field_by_field(live: Runtime) -> None:
    issue = reported(live, description="a", address="b")
    amend(live, issue, 1, Act.CORRECT, description="x", address="b", type="E0110", actor="first")
    with pytest.raises(StaleError) as stale:
        amend(live, issue, 1, Act.CORRECT, description="y", address="b")
    assert (stale.value.version, stale.value.changed_by) == (2, "first")
    assert stale.value.difference == {"description": ("y", "x")}
    with pytest.raises(StaleError) as late:
        change(live, issue, 1, S.ACCEPTED)
    assert late.value.changed_by == "first"


def test_the_same_amendment_again_has_the_same_receipt(live: Runtime) -> None:
    issue, known = reported(live), str(uuid.uuid4())
    receipt = amend(live, issue, 1, Act.ASSIGN, department="d", client_uuid=known)
    change(live, issue, 2, S.ACCEPTED)
    assert amend(live, issue, 1, Act.ASSIGN, department="d", client_uuid=known) == replace(receipt, created=False)
    for other in ({"department": "e"}, {"department": "d", "note": "else"}):
        with pytest.raises(ConflictError, match="other content"):
            amend(live, issue, 1, Act.ASSIGN, client_uuid=known, **other)
    with pytest.raises(ConflictError, match="other content"):
        change(live, issue, 3, S.FILED, client_uuid=known)


def test_deferral_moves_the_deadline_and_resuming_keeps_it(live: Runtime) -> None:
    issue, version = brought_to(live, S.FILED)
    for until in (None, CLOCK):
        with pytest.raises(BadValueError, match="until"):
            change(live, issue, version, S.DEFERRED, note="rain", until=until)
    with pytest.raises(BadValueError, match="until"):
        change(live, issue, version, S.DISPATCHED, until=LATER)
    change(live, issue, version, S.DEFERRED, note="rain", until=LATER)
    assert shown(live, issue)["due_us"] == to_us(LATER)
    with live.store.reading() as connection:
        assert row_of(connection, issue)["deferred_until_us"] == to_us(LATER)
    change(live, issue, version + 1, S.DISPATCHED)
    with live.store.reading() as connection:
        row = row_of(connection, issue)
        assert (row["deferred_until_us"], row["due_us"], row["extensions"]) == (None, to_us(LATER), 0)
    sound(live)


@pytest.mark.parametrize("due_at", [None, LATER])
def test_a_closed_issue_is_reopened_with_its_history_and_a_new_deadline(live: Runtime, due_at: datetime | None) -> None:
    issue = reported(live, reported_at=CLOCK - timedelta(days=9))
    for version, (status, actor, note, evidence) in enumerate(LIFE, 1):
        change(live, issue, version, status, actor=actor, note=note, evidence=evidence)
    with pytest.raises(BadValueError, match="a reason"):
        change(live, issue, 10, S.DISPATCHED)
    change(live, issue, 10, S.DISPATCHED, note="broken again", due_at=due_at)
    with live.store.reading() as connection:
        row = row_of(connection, issue)
        assert (row["status"], row["reopened"], row["rework"], row["closed_us"]) == (S.DISPATCHED, 1, 1, None)
        assert row["due_us"] == to_us(due_at or CLOCK + timedelta(hours=24))
    assert len(live.snapshot.events(0)) == 11
    sound(live)


def test_a_new_deadline_counts_in_working_days_where_its_type_does(city: City) -> None:
    rule = IssueType("W", Text("工", "Work"), "g", due_working_days=2)
    catalogue = Catalogue((TypeGroup("g", Text("组", "Group"), "A"),), (rule,))
    friday = to_us(datetime(2021, 8, 20, 2, tzinfo=UTC))
    due = deadline_from("W", friday, replace(city, catalogue=catalogue))
    assert due == to_us(deadline(datetime(2021, 8, 20, 2, tzinfo=UTC), rule.deadline, city.calendar, city.time_zone))
    assert due - friday >= 4 * 86_400 * 10**6 - 86_400 * 10**6, "a weekend lies between"


def test_what_is_fixed_on_sight_is_still_verified_by_somebody_else(live: Runtime) -> None:
    issue = reported(live)
    with pytest.raises(BadValueError, match="evidence"):
        change(live, issue, 1, S.VERIFYING, actor="i-1")
    change(live, issue, 1, S.VERIFYING, actor="i-1", evidence="photo")
    for status in (S.CLOSED, S.DISPATCHED):
        with pytest.raises(BadValueError, match="somebody other than who handled"):
            change(live, issue, 2, status, actor="i-1", evidence="photo", note="x")
    change(live, issue, 2, S.CLOSED, actor="i-2", evidence="photo")
    sound(live)


def test_a_photo_that_is_not_there_proves_nothing(live: Runtime) -> None:
    """Nor one that was erased: by no door, alone, together with others or only tried."""
    issue, version = brought_to(live, S.VERIFYING)
    file = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 120, 30)).save(file, "PNG")
    kept = live.photos.add(file.getvalue(), uploader="i-1").photo.sha256
    proof = f"clean\nphoto:{kept}\nphoto:{PHOTO}"
    act = IssueAct(issue, version, str(uuid.uuid4()), S.CLOSED, evidence=proof)
    with pytest.raises(NotFoundError, match=PHOTO):
        change(live, issue, version, S.CLOSED, actor="i-1", evidence=proof)
    with pytest.raises(RefusedTogetherError, match=PHOTO):
        live.act_many([act], actor="i-1")
    [previewed] = live.act_many([act], actor="i-1", preview=True)
    assert isinstance(previewed.refusal, NotFoundError)
    with pytest.raises(BadValueError, match="evidence"):
        change(live, issue, version, S.CLOSED, actor="i-1", evidence="\u200b")
    with pytest.raises(BadValueError, match="note"):
        amend(live, issue, version, Act.EXTEND, due_at=LATER, note="\u200b")
    wish = {"actor": "i-1", "evidence": f"photo:{kept}", "client_uuid": str(uuid.uuid4())}
    assert change(live, issue, version, S.CLOSED, **wish).created
    live.photos.erase(kept)
    assert not change(live, issue, version, S.CLOSED, **wish).created, "what was made before stays made"
    again, version = brought_to(live, S.VERIFYING)
    with pytest.raises(NotFoundError, match=kept):
        change(live, again, version, S.CLOSED, actor="i-1", evidence=f"photo:{kept}")
    sound(live)


def test_a_reporter_withdraws_until_it_is_dispatched(live: Runtime) -> None:
    mine = viewer(Role.INSPECTOR, account="i-7", subdistricts=frozenset({"elsewhere"}))
    for steps in ((), (S.ACCEPTED,), (S.ACCEPTED, S.FILED)):
        issue, version = reported(live, reporter="i-7"), 1
        for step in steps:
            version = change(live, issue, version, step).version
        with pytest.raises((NotAllowedError, BadValueError)):
            change(live, issue, version, S.REJECTED, actor=mine, note="not mine any more")
        with pytest.raises(NotAllowedError):
            live.withdraw(issue, version, actor=replace(mine, account="i-8"), client_uuid=str(uuid.uuid4()))
        live.withdraw(issue, version, actor=mine, client_uuid=str(uuid.uuid4()), note="solved itself")
        assert live.snapshot.events(live.snapshot.row(issue))[-1].note == "withdrawn: solved itself"
    issue, version = brought_to(live, S.DISPATCHED, reporter="i-7")
    with pytest.raises(TransitionError):
        live.withdraw(issue, version, actor=mine, client_uuid=str(uuid.uuid4()))


@pytest.mark.parametrize("rule", CHANGES, ids=lambda rule: f"{rule.before.name}-{rule.after.name}")
@pytest.mark.parametrize("role", list(Role))
def test_every_change_is_for_its_roles_alone(live: Runtime, rule: object, role: Role) -> None:
    issue, version = reported(live), 1
    path = [*TO_VERIFYING, S.CLOSED]
    steps = path[: path.index(rule.before) + 1] if rule.before in path else []
    if rule.before is S.DEFERRED:
        steps = [S.ACCEPTED, S.FILED, S.DEFERRED]
    for at, step in enumerate(steps):
        wish = {"actor": f"other {at}", "evidence": "p", "note": "n", "until": LATER if step is S.DEFERRED else None}
        version = change(live, issue, version, step, **wish).version
    wish = {"evidence": "p", "note": "n", "until": LATER if rule.deadline is Deadline.NOT_BEFORE else None}
    if role in rule.roles:
        assert change(live, issue, version, rule.after, actor=viewer(role), **wish).created
    else:
        with pytest.raises(NotAllowedError):
            change(live, issue, version, rule.after, actor=viewer(role), **wish)


def test_scope_bounds_inspectors_and_departments(live: Runtime) -> None:
    issue, version = brought_to(live, S.DISPATCHED, department="d-1")
    home = shown(live, issue)["subdistrict"]
    theirs = viewer(Role.DEPARTMENT, departments=frozenset({"d-1"}))
    for wrong in (replace(theirs, scope=Scope(departments=frozenset({"d-2"}))),
                  replace(theirs, scope=Scope(subdistricts=frozenset({"?"})))):  # fmt: skip
        with pytest.raises(NotAllowedError, match="of the issue's place and department"):
            change(live, issue, version, S.HANDLING, actor=wrong)
    version = change(live, issue, version, S.HANDLING, actor=theirs).version
    version = change(live, issue, version, S.VERIFYING, actor=theirs, evidence="p").version
    colleague = viewer(Role.DEPARTMENT, Role.INSPECTOR, account="a-2", departments=frozenset({"d-1"}))
    with pytest.raises(NotAllowedError, match="outside the department"):
        change(live, issue, version, S.CLOSED, actor=colleague, evidence="p")
    verifier = viewer(Role.INSPECTOR, account="a-3", subdistricts=frozenset({home}), groups=frozenset({"g"}))
    assert change(live, issue, version, S.CLOSED, actor=verifier, evidence="p").created
    with pytest.raises(NotAllowedError):
        amend(live, issue, version + 1, Act.CORRECT, type="E0110", actor=viewer(Role.AUDITOR, Role.ADMINISTRATOR))


def test_many_acts_are_previewed_and_made_together_or_not_at_all(live: Runtime) -> None:
    issues = [reported(live) for _ in range(4)]
    acts = [IssueAct(issue, 1, str(uuid.uuid4()), S.ACCEPTED) for issue in issues]
    acts += [IssueAct(issues[0], 2, str(uuid.uuid4()), act=Act.ASSIGN, fields={"department": "d"})]
    assert [outcome.refusal for outcome in live.act_many(acts, actor="c", preview=True)] == [None] * 5
    assert live.snapshot.revision == 4, "a preview writes nothing"
    bad = [
        *acts,
        IssueAct(issues[1], 1, str(uuid.uuid4()), S.FILED),
        IssueAct("SC-00009", 1, str(uuid.uuid4()), S.FILED),
    ]
    previewed = live.act_many(bad, actor="c", preview=True)
    assert [type(outcome.refusal).__name__ for outcome in previewed[5:]] == ["StaleError", "NotFoundError"]
    for refused in (bad[:6], bad):
        with pytest.raises(RefusedTogetherError, match="none was made") as together:
            live.act_many(refused, actor="c")
        assert set(together.value.refusals) <= {5, 6}
    assert live.snapshot.revision == 4
    made = live.act_many(acts, actor="c")
    assert [outcome.receipt.version for outcome in made] == [2, 2, 2, 2, 3]
    assert live.snapshot.revision == 5, "one transaction"
    assert [outcome.receipt.created for outcome in live.act_many(acts, actor="c")] == [False] * 5
    sound(live)


@pytest.mark.slow
def test_of_two_editors_no_update_is_ever_lost(live: Runtime, soak: bool) -> None:
    """In each race both have seen the same version and write what they saw and their own line: one of them is told
    that they came too late, looks again, and nobody's line is gone."""
    races = 1_000 if soak else 30
    issue, together, late = reported(live, description=""), Barrier(2, timeout=60), Counter[str]()

    def look() -> tuple[int, str]:
        details = live.snapshot.records.of(np.array([0]))
        return int(details.version[0]), str(details.description[0])

    def edit(who: str) -> None:
        for n in range(races):
            together.wait()
            version, text = look()
            together.wait()
            while True:
                try:
                    amend(live, issue, version, Act.CORRECT, description=f"{text}{who}{n % 10}"[-1_900:], actor=who)
                    break
                except StaleError:
                    late[who] += 1
                    version, text = look()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(edit, "ab"))
    assert late.total() == races, "every race had two who wrote from one version"
    before, lines = "", Counter[str]()
    with live.store.reading() as connection:
        assert row_of(connection, issue)["version"] == races * 2 + 1
        for event in list(read_events(connection, issue_id=issue))[1:]:
            said = orjson.loads(event.payload)["set"]["description"]
            who = said[-2]
            assert said == f"{before}{who}{lines[who] % 10}"[-1_900:], "each line once, in its order"
            before, lines[who] = said, lines[who] + 1
    assert lines == {"a": races, "b": races}
    assert look() == (races * 2 + 1, before)
    sound(live)
