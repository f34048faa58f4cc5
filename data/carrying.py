"""What was asked for last, carried from one revision to the next by what changed instead of being worked out anew."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.campaign_clock import campaign_now
from data.snapshot import Snapshot
from geo.cells import counted_cells
from geo.clock import moment_of, to_us
from geo.density import counts_of
from geo.filter import IssueFilter
from geo.registers import register_counts
from geo.selection import Stages, chosen_stages, counted, kept_in_box
from geo.standing import due_between
from geo.tables import subset

_COUNTS: Final = 64
_CELLS: Final = 16
_STAGES: Final = 12
_SURFACES: Final = 6
_MOST_STAMPS: Final = 2_000
"""More changed issues than this are not stamped onto a kept surface: a new one costs less."""


class _Part:
    """Some issues of a snapshot as they are at one moment, to be added (`sign` 1) or taken away (−1)."""

    def __init__(self, snapshot: Snapshot, rows: NDArray[np.integer], sign: int, moment_us: int) -> None:
        self.issues, self.city, self.rows, self.sign = subset(snapshot.issues, rows), snapshot.city, rows, sign
        self.moment_us, self.moment = moment_us, moment_of(moment_us)
        self._stages: dict[IssueFilter, Stages] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def stages(self, chosen: IssueFilter) -> Stages:
        """The stage of each that a filter without text means, at the moment of the part."""
        if chosen not in self._stages:
            if chosen.bbox is not None:  # many maps look at one filter, each through a box of its own
                everywhere = self.stages(replace(chosen, bbox=None))
                self._stages[chosen] = kept_in_box(everywhere, self.issues, chosen.bbox)
            else:
                self._stages[chosen] = chosen_stages(self.issues, self.city, replace(chosen, as_of=self.moment))
        return self._stages[chosen]

    def touches(self, chosen: IssueFilter) -> bool:
        """Whether the filter means any of them."""
        return bool((self.stages(chosen) >= 0).any())


class _Step(NamedTuple):
    """From a moment of the old snapshot to one of the new: what is lost and what is gained on the way."""

    lost: _Part
    gained: _Part

    def to(self, chosen: IssueFilter) -> IssueFilter:
        """The filter at the moment that is reached."""
        return replace(chosen, as_of=self.gained.moment)

    @property
    def parts(self) -> list[_Part]:
        """Those of the two that hold issues."""
        return [part for part in self if len(part)]


class _Way:
    """Which moment of the new snapshot an answer of the old is carried to, and what differs between them: the issues
    that were changed or added, and those whose deadline has passed."""

    def __init__(self, old: Snapshot, new: Snapshot, changed: NDArray[np.integer]) -> None:
        self._old, self._new, self._changed = old, new, changed
        other = np.concatenate([changed, np.arange(len(old.issues), len(new.issues))])
        new.take_over_deadlines(old, other)
        self._steps: dict[tuple[int, int], _Step] = {}
        self._now = cache(lambda campaign: to_us(campaign_now(old.city.campaign(campaign))))

    def step(self, chosen: IssueFilter) -> _Step | None:
        """None for a past moment, and for a search: they are worked out anew."""
        if chosen.text:
            return None
        return self._step_to(to_us(chosen.as_of), self._now(chosen.campaign))

    def step_of_all(self, moment_us: int) -> _Step | None:
        """The same for what no filter touches, by the clock of the city's current campaign."""
        return self._step_to(moment_us, self._now(self._old.city.campaign().code))

    def _step_to(self, moment_us: int, now_us: int) -> _Step | None:
        old, new = self._old, self._new
        if moment_us < old.newest_us:
            return None
        onward = max(moment_us, now_us)
        if onward < new.newest_us:
            return None
        until = new.standing_since(onward)
        if (moment_us, until) not in self._steps:
            ahead = old.deadlines_ahead
            passed = np.searchsorted(ahead, moment_us) < np.searchsorted(ahead, until)
            late = due_between(old.issues, moment_us, until) if passed else np.empty(0, np.intp)
            other = np.union1d(self._changed, late)
            after = np.concatenate([other, np.arange(len(old.issues), len(new.issues))])
            self._steps[moment_us, until] = _Step(_Part(old, other, -1, moment_us), _Part(new, after, 1, until))
        return self._steps[moment_us, until]


def carried(old: Snapshot, new: Snapshot, changed: NDArray[np.integer]) -> None:
    """Carry counts, cells, figures, registers, stages and surfaces of `old` that were asked for last over to `new`,
    where `changed` rows are in other states and more rows stand behind. Where the clock goes on they are carried to
    the present, so that the issues that fell due meanwhile are late.

    Costs the changes, a copy of a byte an issue for each of the stages, and a copy of each surface that they touch.
    What stands for a past moment, or for a search, is left to be worked out anew.
    """
    way = _Way(old, new, changed)
    for (chosen, key), figure in old.figures.items():
        if step := way.step(chosen):
            for part in step.parts:
                figure = figure and figure.plus(part.issues, part.stages(chosen), part.rows, sign=part.sign)
            if figure is not None:
                new.figures.put((step.to(chosen), key), figure)
    for moment_us, registers in old.kept_registers.items():
        if step := way.step_of_all(moment_us):
            for part in step.parts:
                found = register_counts(part.issues, len(part.city.registers), part.moment_us)
                registers = registers.plus(found, sign=part.sign)
            new.kept_registers.put(step.gained.moment_us, registers)
    for chosen, counts in old.kept_counts.items()[-_COUNTS:]:
        if step := way.step(chosen):
            for part in step.parts:
                if part.touches(chosen):
                    counts = counts.plus(counts_of(part.issues, part.city, part.stages(chosen)), sign=part.sign)
            new.kept_counts.put(step.to(chosen), counts)
    for (chosen, cell_m), cells in old.kept_cells.items()[-_CELLS:]:
        if step := way.step(chosen):
            for part in step.parts:
                cells = cells.plus(counted_cells(part.issues, part.stages(chosen), cell_m), sign=part.sign)
            new.kept_cells.put((step.to(chosen), cell_m), cells)
    for chosen, stages in old.kept_stages.items()[-_STAGES:]:
        if step := way.step(chosen):
            longer = np.empty(len(new.issues), np.int8)
            longer[: len(stages)] = stages
            longer[step.gained.rows] = step.gained.stages(chosen)
            longer.flags.writeable = False
            new.kept_stages.put(step.to(chosen), longer)
    for chosen, surface in old.surfaces.items()[-_SURFACES:]:
        step = way.step(chosen)
        if step is None or sum(map(len, step.parts)) > _MOST_STAMPS:
            continue
        for part in step.parts:
            felt = counted(part.stages(chosen))
            if felt.any():
                surface = surface.plus(part.issues.x_cm[felt], part.issues.y_cm[felt], sign=part.sign)
        new.surfaces.put(step.to(chosen), surface)
