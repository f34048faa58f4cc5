"""What was asked for last, carried from one revision to the next by what changed instead of being worked out anew."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.snapshot import Snapshot
from geo.cells import counted_cells
from geo.clock import to_us
from geo.density import counts_of
from geo.filter import IssueFilter
from geo.registers import register_counts
from geo.selection import Stages, chosen_stages, counted
from geo.tables import subset

_COUNTS: Final = 64
_CELLS: Final = 16
_STAGES: Final = 12
_SURFACES: Final = 6
_MOST_STAMPS: Final = 2_000
"""More changed issues than this are not stamped onto a kept surface: a new one costs less."""


class _Part:
    """Some issues of a snapshot at their latest states, to be added (`sign` 1) or taken away (−1)."""

    def __init__(self, snapshot: Snapshot, rows: NDArray[np.integer], sign: int) -> None:
        self.issues, self.city, self.rows, self.sign = subset(snapshot.issues, rows), snapshot.city, rows, sign
        self._stages: dict[IssueFilter, Stages] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def stages(self, chosen: IssueFilter) -> Stages:
        """The stage of each that a filter without text means."""
        if chosen not in self._stages:
            self._stages[chosen] = chosen_stages(self.issues, self.city, chosen)
        return self._stages[chosen]

    def touches(self, chosen: IssueFilter) -> bool:
        """Whether the filter means any of them."""
        return bool((self.stages(chosen) >= 0).any())


def carried(old: Snapshot, new: Snapshot, changed: NDArray[np.integer]) -> None:
    """Carry counts, cells, figures, registers, stages and surfaces of `old` that were asked for last over to `new`,
    where `changed` rows are in other states and more rows stand behind.

    Costs the changes, a copy of a byte an issue for each of the stages, and a copy of each surface that they touch.
    What stands for a past moment, or for a search, is left to be worked out anew.
    """
    before = len(old.issues)
    after = np.concatenate([changed, np.arange(before, len(new.issues))])
    gained = _Part(new, after, 1)
    parts = [part for part in (_Part(old, changed, -1), gained) if len(part)]

    def lasts(chosen: IssueFilter) -> bool:
        return not chosen.text and to_us(chosen.as_of) >= new.newest_us

    for (chosen, key), figure in old.figures.items():
        if lasts(chosen):
            for part in parts:
                figure = figure and figure.plus(part.issues, part.stages(chosen), part.rows, sign=part.sign)
            if figure is not None:
                new.figures.put((chosen, key), figure)
    for moment, registers in old.kept_registers.items():
        if moment >= new.newest_us:
            for part in parts:
                found = register_counts(part.issues, len(part.city.registers), moment)
                registers = registers.plus(found, sign=part.sign)
            new.kept_registers.put(moment, registers)
    for chosen, counts in old.kept_counts.items()[-_COUNTS:]:
        if lasts(chosen):
            for part in parts:
                if part.touches(chosen):
                    counts = counts.plus(counts_of(part.issues, part.city, part.stages(chosen)), sign=part.sign)
            new.kept_counts.put(chosen, counts)
    for (chosen, cell_m), cells in old.kept_cells.items()[-_CELLS:]:
        if lasts(chosen):
            for part in parts:
                cells = cells.plus(counted_cells(part.issues, part.stages(chosen), cell_m), sign=part.sign)
            new.kept_cells.put((chosen, cell_m), cells)
    for chosen, stages in old.kept_stages.items()[-_STAGES:]:
        if lasts(chosen):
            longer = np.empty(len(new.issues), np.int8)
            longer[:before] = stages
            longer[after] = gained.stages(chosen)
            longer.flags.writeable = False
            new.kept_stages.put(chosen, longer)
    if len(changed) + len(after) > _MOST_STAMPS:
        return
    for chosen, surface in old.surfaces.items()[-_SURFACES:]:
        if lasts(chosen):
            for part in parts:
                felt = counted(part.stages(chosen))
                if felt.any():
                    surface = surface.plus(part.issues.x_cm[felt], part.issues.y_cm[felt], sign=part.sign)
            new.surfaces.put(chosen, surface)
