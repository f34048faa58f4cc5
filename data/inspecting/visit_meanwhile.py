"""A point that was visited meanwhile: the visit recorded last, and where one differs that did not know of it."""

from __future__ import annotations

import numpy as np

from data.documents.answer_sheets import SHEETS, AnswerSheet, read_sheet
from data.snapshot import Snapshot
from geo.clock import from_us
from geo.errors import StaleError
from geo.point import Visit

VERDICTS = {True: "compliant", False: "non_compliant"}


def visits_of(snapshot: Snapshot, code: str) -> int:
    """How many visits of a point are recorded. Raises NotFoundError for an unknown point."""
    return int(np.count_nonzero(snapshot.visits.point == snapshot.point_row(code)))


def visited_meanwhile(snapshot: Snapshot, visit: Visit, *, seen: int, own: AnswerSheet | None) -> StaleError:
    """The error that tells the visit of the point that was recorded last. `version` is the number of its visits.

    The fields that differ: kind, verdict, score, note, and each item as `answers.<code>` where both were answered with
    one version of a checklist, else that version. `own` is the sheet of `visit`. `changed_by` is empty
    where no sheet says who it was.
    """
    visits = snapshot.visits
    rows = np.flatnonzero(visits.point == snapshot.point_row(visit.point)).tolist()
    documents = {row: snapshot.documents.document(SHEETS, str(visits.id[row])) for row in rows}
    recorded = {row: -1 if document is None else document.revision for row, document in documents.items()}
    row = max(rows, key=lambda one: (recorded[one], one))
    document = documents[row]
    sheet = None if document is None else read_sheet(document.content)
    at = from_us(int(visits.at_us[row]))
    assert at is not None
    score = float(visits.score[row])
    mine = {
        "kind": visit.kind,
        "verdict": VERDICTS[visit.compliant],
        "score": "" if visit.score is None else f"{visit.score:.1f}",
        "note": visit.note,
        **_answered(own, sheet),
    }
    theirs = {
        "kind": str(visits.kind[row]),
        "verdict": VERDICTS[bool(visits.compliant[row])],
        "score": "" if np.isnan(score) else f"{score:.1f}",
        "note": str(visits.note[row]),
        **_answered(sheet, own),
    }
    return StaleError(
        visit.point,
        expected=seen,
        version=len(rows),
        changed_by="" if document is None else document.actor,
        changed_at=at,
        difference={
            name: (mine.get(name, ""), theirs.get(name, ""))
            for name in dict.fromkeys((*mine, *theirs))
            if mine.get(name, "") != theirs.get(name, "")
        },
        kind="point",
    )


def _answered(own: AnswerSheet | None, other: AnswerSheet | None) -> dict[str, str]:
    if own is None:
        return {}
    if other is not None and (other.site_class, other.version) == (own.site_class, own.version):
        return {f"answers.{code}": answer.value for code, answer in own.answers.items()}
    return {"checklist_version": str(own.version)}
