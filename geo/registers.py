"""How many issues each register holds, by what has become of them: all registers in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.clock import NEVER
from geo.lifecycle import Status
from geo.scale import is_large
from geo.selection import CLOSED, REJECTED, STAGES, stage_of
from geo.tables import IssueTable

_STATES = 2 * (len(Status) + 1)  # reported or not, in each state, late or in time


@dataclass(frozen=True, slots=True, eq=False)
class RegisterCounts:
    """By register (position in city.registers): issues by stage, shape (registers, STAGES), and how many of all its
    issues, reported yet or not, were invented."""

    by_stage: NDArray[np.int64]
    synthetic: NDArray[np.int64]

    def plus(self, other: RegisterCounts, *, sign: int = 1) -> RegisterCounts:
        """With the counts of other issues added, or taken away (`sign` −1)."""
        return RegisterCounts(self.by_stage + sign * other.by_stage, self.synthetic + sign * other.synthetic)

    def total(self, register: int) -> int:
        """Issues that count: all but the rejected."""
        return int(self.by_stage[register, :REJECTED].sum())

    def rectified(self, register: int) -> int:
        """Closed ones."""
        return int(self.by_stage[register, CLOSED])

    def in_progress(self, register: int) -> int:
        """Neither closed nor rejected."""
        return int(self.by_stage[register, :CLOSED].sum())


def register_counts(table: IssueTable, registers: int, as_of_us: int) -> RegisterCounts:
    """Counts of the `registers` of a city at `as_of_us` (the moment that `table` stands for)."""
    if is_large(len(table)):
        from geo import kernels

        found = kernels.register_states(
            table.register, table.status, table.due_us, table.synthetic, registers, _STATES, as_of_us, NEVER
        )
        by_state, synthetic = found[:, :_STATES], found[:, _STATES]
    else:
        late = (table.due_us < as_of_us) & (table.due_us != NEVER)
        at = (table.register.astype(np.int64) * _STATES) + 2 * (table.status.astype(np.int64) + 1) + late
        by_state = np.bincount(at, minlength=registers * _STATES).reshape(registers, _STATES)
        synthetic = np.bincount(table.register[table.synthetic], minlength=registers)
    status = np.repeat(np.arange(-1, len(Status), dtype=np.int8), 2)
    stage = stage_of(status, np.tile(np.array([NEVER, -1]), len(Status) + 1), 0)
    by_stage = np.zeros((registers, len(STAGES)), np.int64)
    for state, position in enumerate(stage.tolist()):
        if position >= 0:
            by_stage[:, position] += by_state[:, state]
    return RegisterCounts(by_stage, synthetic.astype(np.int64))
