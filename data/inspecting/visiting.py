"""Recording a visit, exactly once: answers make score and verdict, and what was unmet may be reported with it."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from data.campaign_clock import campaign_now
from data.documents.answer_sheets import SHEETS, content_for, read_sheet
from data.documents.checking import CheckedPut, DocumentPut, checked_put
from data.inspecting.checklists import checklist_for, checklists_of, site_class_of
from data.inspecting.visit_meanwhile import visited_meanwhile, visits_of
from data.intake.draft_checks import AHEAD, MAX_NAME, MAX_NOTE, checked_moment, checked_text, checked_uuid
from data.intake.issues import examine
from data.intake.points import VISIT_KINDS, VISITS_SEEN
from data.snapshot import Snapshot
from data.store.batch import Batch
from data.store.writer_queue import WriterQueue
from geo.checklist import Answer, Checklist, Score, score_of
from geo.city import City
from geo.clock import to_us
from geo.errors import BadValueError, BusyError, ConflictError
from geo.issue import IssueDraft
from geo.point import Visit

SEEN: Final = "visit id"


@dataclass(frozen=True, slots=True)
class VisitDraft:
    """A visit as it arrives. `id` is the client's UUID, `at` None means now.

    Where a checklist is in force every item has its answer in `answers`, and `compliant` and `score` follow from them;
    `version` is that of the checklist that was answered (None: the one in force on the day). Without a checklist
    `compliant` is said, and `score` may be. `report` names unmet items to be reported as issues of their types.
    `visits_seen` is how many visits of the point its author knew of (None: does not matter).
    """

    id: str
    point: str
    kind: str
    at: datetime | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    version: int | None = None
    compliant: bool | None = None
    score: float | None = None
    note: str = ""
    report: tuple[str, ...] = ()
    visits_seen: int | None = None


@dataclass(frozen=True, slots=True)
class VisitReceipt:
    """What became of a visit. `created` False: it had been recorded before; `issues` are the numbers reported,
    `visits` is how many visits of the point are recorded with it."""

    id: str
    point: str
    compliant: bool
    score: float | None
    failed: tuple[str, ...]
    failed_critical: tuple[str, ...]
    checklist_version: int | None
    issues: tuple[str, ...]
    visits: int
    revision: int
    created: bool


class VisitDesk(ABC):
    """The part of the runtime that records visits."""

    city: City
    _snapshot: Snapshot
    _queue: WriterQueue

    @abstractmethod
    def catch_up(self) -> None:
        """Show the newest committed revision."""

    def record_visit(self, draft: VisitDraft, *, actor: str) -> VisitReceipt:
        """Write the visit, its answer sheet and its reports in one transaction; the receipt is given after its commit.

        Raises BadValueError for what cannot be taken, NotFoundError for a point or checklist version that is not
        there, ConflictError where the UUID was used for another visit, StaleError where the point was visited without
        the author's knowing of it, BusyError where too much waits.
        """
        draft = replace(draft, id=checked_uuid("id", draft.id))
        known = _known(self._snapshot, draft)
        if known is not None:
            return known
        visit, checklist, score = _examined(self._snapshot, draft)
        issues = _reports(self._snapshot, draft, visit, checklist, score, actor)
        documents = _sheets(draft, visit, checklist, self.city, actor)
        examined = examine(issues, self.city, now=campaign_now)
        for error in examined.errors.values():
            raise error
        seen = {} if draft.visits_seen is None else {visit.point: draft.visits_seen}
        batch = Batch(examined, actor, visits=(visit,), visits_seen=seen, documents=documents)
        try:
            receipts = self._queue.submit(batch).result()
        except BadValueError as error:
            if error.key not in (SEEN, VISITS_SEEN):
                raise
            self.catch_up()
            return self._overtaken(draft, visit, checklist, error)
        numbers = tuple(receipt.number for receipt in receipts)
        return _receipt(self._snapshot, visit, checklist, score, numbers, created=True)

    def _overtaken(
        self, draft: VisitDraft, visit: Visit, checklist: Checklist | None, error: BadValueError
    ) -> VisitReceipt:
        """Another one was quicker: the same visit that came twice at one time, or somebody else's of the point."""
        known = _known(self._snapshot, draft)
        if known is not None:
            return known
        if error.key == SEEN or draft.visits_seen is None:
            raise error
        if visits_of(self._snapshot, visit.point) == draft.visits_seen:
            raise BusyError(f"another visit of {visit.point} is being written; send this one again")
        own = None if checklist is None else read_sheet(content_for(checklist, visit.point, draft.answers))
        raise visited_meanwhile(self._snapshot, visit, seen=draft.visits_seen, own=own)


def _examined(snapshot: Snapshot, draft: VisitDraft) -> tuple[Visit, Checklist | None, Score | None]:
    """The visit with its verdict, and by which checklist."""
    row = snapshot.point_row(draft.point)
    if draft.kind not in VISIT_KINDS:
        raise BadValueError("kind", draft.kind, "one of " + ", ".join(VISIT_KINDS))
    now = campaign_now(snapshot.city.campaign())
    at = now if draft.at is None else checked_moment("at", draft.at, latest=now + AHEAD)
    note = checked_text("note", draft.note, MAX_NOTE)
    checklist = _checklist(snapshot, draft, row, at)
    if checklist is None:
        return _plain(draft, at, note), None, None
    if draft.compliant is not None or draft.score is not None:
        raise BadValueError("compliant", draft.compliant, "answers only: score and verdict follow from them")
    score = score_of(checklist, draft.answers)
    visit = Visit(draft.id, draft.point, at, draft.kind, score.compliant, score.value, note)
    return visit, checklist, score


def _checklist(snapshot: Snapshot, draft: VisitDraft, row: int, at: datetime) -> Checklist | None:
    day = at.astimezone(ZoneInfo(snapshot.city.time_zone)).date()
    if draft.version is None:
        return checklist_for(snapshot, row, day)
    checklist = checklists_of(snapshot).of(site_class_of(snapshot, row), draft.version)
    if checklist.since > day:
        raise BadValueError(
            "version", draft.version, f"a version in force on {day}; this one is from {checklist.since}"
        )
    return checklist


def _plain(draft: VisitDraft, at: datetime, note: str) -> Visit:
    """A visit of a point without a checklist: the verdict is said."""
    if draft.answers:
        raise BadValueError("answers", ", ".join(draft.answers), "none: this class of points has no checklist")
    if not isinstance(draft.compliant, bool):
        raise BadValueError("compliant", draft.compliant, "true or false: this class of points has no checklist")
    if draft.score is not None and not 0 <= draft.score <= 100:
        raise BadValueError("score", draft.score, "a number from 0 to 100")
    return Visit(draft.id, draft.point, at, draft.kind, draft.compliant, draft.score, note)


def _sheets(
    draft: VisitDraft, visit: Visit, checklist: Checklist | None, city: City, actor: str
) -> tuple[CheckedPut, ...]:
    if checklist is None:
        return ()
    content = content_for(checklist, visit.point, draft.answers)
    return (checked_put(DocumentPut(SHEETS, visit.id, content, visit.id, at=visit.at), city, actor=actor),)


def _reports(
    snapshot: Snapshot,
    draft: VisitDraft,
    visit: Visit,
    checklist: Checklist | None,
    score: Score | None,
    actor: str,
) -> Sequence[IssueDraft]:
    """An issue for each unmet item that is to be reported, at the point; its UUID follows from the visit's."""
    if not draft.report:
        return ()
    items = {} if checklist is None else {item.code: item for item in checklist.items}
    row = snapshot.point_row(visit.point)
    lon, lat = float(snapshot.points.lon[row]), float(snapshot.points.lat[row])
    task = int(snapshot.points.task[row])
    campaign = snapshot.city.campaign()
    found = []
    for code in dict.fromkeys(draft.report):
        item = items.get(code)
        if item is None or score is None or code not in score.failed or item.issue_type is None:
            raise BadValueError("report", code, "items that are unmet and stand for an issue type")
        if np.isnan(lon):
            raise BadValueError("report", code, "nothing: this point has no position; report the issue by its own form")
        found.append(
            IssueDraft(
                register=campaign.default_register,
                type=item.issue_type,
                geometry=shapely.Point(lon, lat),
                id=str(uuid.uuid5(uuid.UUID(visit.id), code)),
                campaign=campaign.code,
                task=None if task < 0 else snapshot.city.catalogue.tasks[task].code,
                description=f"{snapshot.points.name[row]}：{item.text.zh}",
                reported_at=visit.at,
                reporter=checked_text("actor", actor, MAX_NAME, required=True),
                visit=visit.id,
                approximate=bool(snapshot.points.approximate[row]),
            )
        )
    return found


def _known(snapshot: Snapshot, draft: VisitDraft) -> VisitReceipt | None:
    """The receipt of the same visit recorded before; ConflictError where its UUID stands for another one."""
    rows = np.flatnonzero(snapshot.visits.id == draft.id)
    if not len(rows):
        return None
    visits, row = snapshot.visits, int(rows[0])
    sheet = snapshot.documents.document(SHEETS, draft.id)
    kept = None if sheet is None else read_sheet(sheet.content)
    checklist = None if kept is None else checklists_of(snapshot).of(kept.site_class, kept.version)
    score = None if kept is None or checklist is None else score_of(checklist, kept.answers)
    same = (
        str(snapshot.points.code[visits.point[row]]) == draft.point
        and str(visits.kind[row]) == draft.kind
        and str(visits.note[row]) == draft.note
        and (draft.at is None or to_us(draft.at) == int(visits.at_us[row]))
        and dict(draft.answers) == ({} if kept is None else dict(kept.answers))
        and (draft.compliant is None or draft.compliant == bool(visits.compliant[row]))
    )
    if not same:
        raise ConflictError(
            f"the visit {draft.id} is known with other content; send it as a new UUID",
            "uuid_visit", id=draft.id,
        )  # fmt: skip
    value = float(visits.score[row])
    visit = Visit(
        draft.id,
        draft.point,
        campaign_now(snapshot.city.campaign()),
        draft.kind,
        bool(visits.compliant[row]),
        None if np.isnan(value) else value,
    )
    ids = [str(uuid.uuid5(uuid.UUID(draft.id), code)) for code in dict.fromkeys(draft.report)]
    positions = snapshot.rows_of(ids) if ids else np.empty(0, np.int64)
    numbers = tuple(str(number) for number in snapshot.records.of(positions).number) if len(positions) else ()
    return _receipt(snapshot, visit, checklist, score, numbers, created=False)


def _receipt(
    snapshot: Snapshot,
    visit: Visit,
    checklist: Checklist | None,
    score: Score | None,
    issues: tuple[str, ...],
    *,
    created: bool,
) -> VisitReceipt:
    return VisitReceipt(
        id=visit.id,
        point=visit.point,
        compliant=visit.compliant,
        score=visit.score,
        failed=() if score is None else score.failed,
        failed_critical=() if score is None else score.failed_critical,
        checklist_version=None if checklist is None else checklist.version,
        issues=issues,
        visits=visits_of(snapshot, visit.point),
        revision=snapshot.revision,
        created=created,
    )
