"""One issue as the pages of its case look at it: what its records say, who looks, and what they may do to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.issue_records import Details, Standing
from geo.access import Subject
from geo.asking import Asking
from geo.errors import NotFoundError
from geo.lifecycle import Amendment, Change, Status
from geo.offered import offered
from geo.subjects import subject_at
from ui.scene import Scene


@dataclass(frozen=True, eq=False)
class Case:
    """One issue as a page looks at it: its position, what its records say, and who looks."""

    scene: Scene
    row: int
    details: Details
    standing: Standing

    @property
    def id(self) -> str:
        """Its UUID."""
        return str(self.details.id[0])

    @property
    def number(self) -> str:
        """The number by which people know it."""
        return str(self.details.number[0])

    @property
    def version(self) -> int:
        """The present one, which an act names."""
        return int(self.details.version[0])

    @property
    def status(self) -> Status:
        """Its state at the scene's moment."""
        return Status(int(self.scene.table.status[self.row]))

    @property
    def department(self) -> str | None:
        """The code of the unit that it is assigned to."""
        at = int(self.scene.table.department[self.row])
        return None if at < 0 else str(self.scene.table.departments[at])

    @property
    def subdistrict(self) -> str | None:
        """The code of the subdistrict that it lies in."""
        at = int(self.scene.table.subdistrict[self.row])
        return None if at < 0 else self.scene.city.areas.codes[at]

    @cached_property
    def subject(self) -> Subject:
        """What permissions look at."""
        return subject_at(self.scene.table, self.row, self.scene.city)

    @cached_property
    def asking(self) -> Asking | None:
        """The department's request for more time that is pending at the scene's moment."""
        as_of = None if self.scene.is_now else self.scene.filter.as_of
        return self.scene.runtime.askings([self.id], as_of=as_of).get(self.id)

    @cached_property
    def offered(self) -> tuple[tuple[Change, ...], tuple[Amendment, ...]]:
        """What the viewer may do to it now; nothing where the page looks back."""
        scene, account = self.scene, self.scene.viewer.account
        if not scene.is_now:
            return (), ()
        steps = scene.snapshot.events(self.row)
        handlers = {step.actor for step in steps if step.status in (Status.HANDLING, Status.VERIFYING)}
        mine = bool(account) and len(scene.snapshot.records.reported_by(np.array([self.row]), account)) > 0
        return offered(scene.viewer, self.subject, self.status, reporter=mine, handlers=handlers)


def open_case(scene: Scene, identity: str) -> Case:
    """The case of the issue with that number or UUID. Raises NotFoundError for one that is not there, not yet reported
    at the scene's moment, or not the viewer's to see."""
    row = scene.snapshot.row(identity)
    rows = np.array([row])
    if not scene.sees(rows).all() or int(scene.table.status[row]) < 0:
        raise NotFoundError("issue", identity[:80])
    records = scene.snapshot.records
    details = records.of(rows, as_of_us=None if scene.is_now else scene.as_of_us)
    return Case(scene, row, details, records.standings(rows)[0])
