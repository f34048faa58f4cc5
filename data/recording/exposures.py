"""The exposure column over its issues: what became of each item, beside issues like it that were not shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.documents.desk import DocumentDesk
from data.documents.exposure_book import EXPOSURES, Exposure, exposure_content, read_exposure
from data.snapshot import Snapshot
from data.store.putting import DocumentReceipt
from geo.clock import to_us
from geo.exposure import Comparison, ExposedIssue, Lives, compare_exposed, first_shown
from geo.filter import IssueFilter
from geo.history import endings_at
from geo.selection import REJECTED, issues_within


@dataclass(frozen=True, slots=True)
class ExposureState:
    """One item: the issue it shows (its position, −1 if this revision lacks it), and how that compares (None: the
    issue was closed before it was shown, is of another register, or is shown later than now)."""

    exposure: Exposure
    row: int
    compared: ExposedIssue | None


@dataclass(frozen=True, slots=True)
class Column:
    """The whole column at one moment."""

    items: tuple[ExposureState, ...]
    comparison: Comparison


def exposures_of(snapshot: Snapshot) -> list[Exposure]:
    """Every item, the latest shown first."""
    found = [read_exposure(name, document.content) for name, document in snapshot.documents.of(EXPOSURES).items()]
    return sorted(found, key=lambda exposure: (exposure.shown_at, exposure.id), reverse=True)


def column_at(snapshot: Snapshot, chosen: IssueFilter) -> Column:
    """The column beside the issues of the filter's register at its moment, within what the asker may see; rejected ones
    are compared with nothing."""
    items = exposures_of(snapshot)
    rows = snapshot.rows_of([item.issue for item in items]) if items else np.empty(0, np.int64)
    table = snapshot.issues_at(chosen.as_of)
    seen = issues_within(table, rows, snapshot.city, chosen.within)
    hidden = set(snapshot.records.of(rows[~seen]).id) if not seen.all() else set()
    items = [item for item in items if item.issue not in hidden]
    rows = rows[seen]
    ids = list(snapshot.records.of(rows).id) if len(rows) else []
    of_issue = {str(identity): int(row) for identity, row in zip(ids, rows, strict=True)}
    as_of_us = to_us(chosen.as_of)
    whole = IssueFilter(campaign=chosen.campaign, register=chosen.register, as_of=chosen.as_of, within=chosen.within)
    stages = snapshot.stages(whole)
    own = np.flatnonzero((stages >= 0) & (stages != REJECTED))
    lives = Lives(
        row=own,
        type=table.type[own],
        subdistrict=table.subdistrict[own],
        reported_us=table.reported_us[own],
        closed_us=endings_at(snapshot.history, own, as_of_us).closed_us,
        as_of_us=as_of_us,
    )
    shown = first_shown([(of_issue[e.issue], to_us(e.shown_at)) for e in items if e.issue in of_issue])
    comparison = compare_exposed(lives, {row: at for row, at in shown.items() if at <= as_of_us})
    compared = {entry.row: entry for entry in comparison.issues}
    states = tuple(
        ExposureState(item, of_issue.get(item.issue, -1), compared.get(of_issue.get(item.issue, -1)))
        for item in items
        if to_us(item.shown_at) <= as_of_us
    )
    return Column(states, comparison)


def expose(
    desk: DocumentDesk, snapshot: Snapshot, exposure: Exposure, *, version: int, client_uuid: str, actor: str
) -> DocumentReceipt:
    """Put an item, exactly once. Raises NotFoundError for an issue that is not there."""
    snapshot.row(exposure.issue)
    return desk.put_document(
        EXPOSURES, exposure.id, exposure_content(exposure), version, client_uuid=client_uuid, actor=actor
    )
