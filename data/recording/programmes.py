"""Surveys and programmes over their registers: what each round found, and how far the work has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from data.documents.programme_book import PROGRAMMES, Programme, read_programme
from data.snapshot import Snapshot
from geo.campaign import Campaign
from geo.errors import NotFoundError
from geo.filter import IssueFilter
from geo.history import endings_at
from geo.selection import REJECTED
from geo.survey import Progress, SurveyTable, closing_days, progress, survey_table


@dataclass(frozen=True, slots=True)
class ProgrammeState:
    """A programme with its counts by round, type and subdistrict, and its progress by week where it has a due day."""

    programme: Programme
    table: SurveyTable
    progress: tuple[Progress, ...]

    @property
    def found(self) -> int:
        """Issues of the register."""
        return int(self.table.found.sum())

    @property
    def closed(self) -> int:
        """Those rectified."""
        return int(self.table.closed.sum())


def programmes_of(snapshot: Snapshot, campaign: Campaign) -> list[Programme]:
    """The programmes that work on a register of the campaign, in the order of its registers."""
    found = [read_programme(name, document.content) for name, document in snapshot.documents.of(PROGRAMMES).items()]
    order = {code: position for position, code in enumerate(campaign.register_codes)}
    return sorted((entry for entry in found if entry.register in order), key=lambda e: (order[e.register], e.id))


def programme_of(snapshot: Snapshot, identity: str) -> Programme:
    """A programme by its id; NotFoundError."""
    document = snapshot.documents.document(PROGRAMMES, identity)
    if document is None or document.retired:
        raise NotFoundError("programme", identity[:80])
    return read_programme(identity, document.content)


def programme_state(snapshot: Snapshot, programme: Programme, campaign: Campaign, as_of: datetime) -> ProgrammeState:
    """The programme as it stood at `as_of` (aware)."""
    city = snapshot.city
    chosen = IssueFilter(campaign=campaign.code, register=programme.register, as_of=as_of)
    stages = snapshot.stages(chosen).copy()
    stages[stages == REJECTED] = -1
    table = survey_table(
        snapshot.issues_at(as_of),
        stages,
        programme.rounds,
        types=len(city.catalogue.types),
        subdistricts=len(city.areas.codes),
    )
    if programme.due is None or not programme.rounds:
        return ProgrammeState(programme, table, ())
    rows = np.flatnonzero(stages >= 0)
    closed_us = endings_at(snapshot.history, rows, int(as_of.timestamp() * 1_000_000)).closed_us
    local = as_of.astimezone(ZoneInfo(city.time_zone))
    offset = local.utcoffset()
    assert offset is not None
    days = closing_days(closed_us, int(offset.total_seconds() * 1_000_000))
    until: date = max(local.date(), programme.rounds[0].first)
    steps = progress(days, len(rows), first=programme.rounds[0].first, due=programme.due, until=until)
    return ProgrammeState(programme, table, tuple(steps))
